package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.counters.ServiceCounters;
import dev.driftline.identity.ModelIdentity;
import dev.driftline.identity.Provenance;
import dev.driftline.identity.TopicIncarnations;
import dev.driftline.input.DeadLetters;
import dev.driftline.input.IncomingDocument;
import dev.driftline.pending.PendingDocument;
import dev.driftline.pending.PendingDocuments;
import dev.driftline.pending.Ticket;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.Subjects;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.store.SimulatedChangelog;
import dev.driftline.store.SimulatedStore;
import dev.driftline.store.WriteBackStore;
import dev.driftline.topics.Layout;
import dev.driftline.topics.Topic;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;

class StrandedProcessorTest {

    private final DriftlineConfig config = DriftlineConfig.of(Map.of("neural.model", "none"));
    private final TopologySettings settings = TopologySettings.of(config, Layout.SHARDS);
    private final SchemaRegistrySerdes serdes =
            new SchemaRegistrySerdes(Map.of(SchemaRegistrySerdes.URL, "mock://stranded"));
    private final SimulatedChangelog committed = new SimulatedChangelog();
    private final ServiceCounters counters = new ServiceCounters();

    /** The processor on what is committed, with the topic of the requests in one of its incarnations. */
    private final class Life {

        final MockProcessorContext<byte[], byte[]> context;
        final SimulatedStore inner = new SimulatedStore(PendingDocuments.STORE, committed);
        final WriteBackStore store = inner.withWriteBack();
        final PendingDocuments pending;

        Life(Uuid requests) {
            Properties properties = new Properties();
            properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
            properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
            properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
            properties.put(
                    Provenance.CONFIG,
                    new Provenance(
                            ModelIdentity.of(config, settings.model()),
                            new TopicIncarnations(Map.of(settings.topics().name(Topic.NGRAM_REQUESTS), requests))));
            context = new MockProcessorContext<>(properties);
            context.setCurrentSystemTimeMs(1_000);
            context.addStateStore(store);
            store.init(context.getStateStoreContext(), store);
            StrandedProcessor processor = new StrandedProcessor(settings, counters, serdes.serializer(Document.class));
            processor.init(context);
            pending = store.cache(PendingDocuments.class, pages -> {
                throw new AssertionError("the processor has made it");
            });
        }

        /** Notes that a document has been read. */
        void take(long offset) {
            assertThat(store.header().isNew(settings.topics().name(Topic.DOCUMENTS), 0, offset))
                    .isTrue();
        }

        void commit() {
            store.flushCache();
            inner.publish();
            store.commit(Map.of());
        }
    }

    @Test
    void shouldSendWhatCanGetNoAnswerToTheDeadLettersWhenTheRequestsTopicIsMadeAgain() {
        new Subjects(serdes.client()).register(Map.of(settings.topics().name(Topic.DOCUMENTS), Document.class));
        Life first = new Life(new Uuid(1, 1));
        assertThat(first.context.scheduledPunctuators()).isEmpty();
        first.take(7);
        first.take(8);
        first.pending.add(Ticket.of(7, false), document("waits", 1_000, 1));
        first.pending.add(Ticket.of(8, false), document("complete", 900, 0));
        first.commit();

        // It is found at one start, which ends before anything is done about it.
        new Life(new Uuid(1, 2)).commit();
        Life second = new Life(new Uuid(1, 2));
        second.take(9);
        // The clock may have gone back.
        second.pending.add(Ticket.of(9, false), document("later", 800, 1));
        second.context
                .scheduledPunctuators()
                .forEach(punctuator -> punctuator.getPunctuator().punctuate(1_050));
        second.commit();

        assertThat(second.context.forwarded()).hasSize(1);
        Record<?, ?> letter = second.context.forwarded().get(0).record();
        assertThat((byte[]) letter.key()).isEqualTo("waits".getBytes(StandardCharsets.UTF_8));
        assertThat(header(letter, DeadLetters.REASON)).isEqualTo("stranded");
        assertThat(header(letter, DeadLetters.OFFSET)).isEqualTo("7");
        assertThat(header(letter, DeadLetters.MESSAGE)).contains("Publish it again");
        Document value = serdes.deserializer(Document.class)
                .deserialize(settings.topics().name(Topic.DOCUMENTS), (byte[]) letter.value());
        assertThat(value.getSentences()).containsExactly(List.of("students", "read"));

        Life third = new Life(new Uuid(1, 2));
        assertThat(third.context.scheduledPunctuators()).isEmpty();
        assertThat(third.pending.get(Ticket.of(7, false))).isNull();
        assertThat(third.pending.get(Ticket.of(8, false))).isNotNull();
        assertThat(third.pending.get(Ticket.of(9, false))).isNotNull();
    }

    private static PendingDocument document(String id, long scatteredAt, int asked) {
        DocumentTokens tokens = DocumentTokens.of(List.of(List.of("students", "read")));
        return new PendingDocument(new IncomingDocument(id, "news", 1, true, tokens, Map.of()), 2, scatteredAt, asked);
    }

    private static String header(Record<?, ?> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }
}
