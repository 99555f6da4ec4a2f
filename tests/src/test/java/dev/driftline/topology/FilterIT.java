package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.driftline.filter.Decision;
import dev.driftline.filter.DocumentFilter;
import dev.driftline.filter.FilterRules;
import dev.driftline.filter.SourceQuantiles;
import dev.driftline.output.FilterRequest;
import dev.driftline.output.ObservationOutput;
import dev.driftline.output.RoutedDocuments;
import dev.driftline.schemas.Document;
import dev.driftline.testing.Application;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.LocalInstance;
import dev.driftline.testing.RecordedTopic;
import dev.driftline.testing.SmallDocuments;
import dev.driftline.topics.FilterFile;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Documents go where the rules say, once, whatever becomes of the instance, and strangers can read them there. */
class FilterIT {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int WAVE = 200;

    @Test
    void shouldRouteEachDocumentOnceAndGoOnFromTheSamePercentilesAfterARestart(Cluster cluster, @TempDir Path folder)
            throws Exception {
        Path file = folder.resolve("rules.json");
        Files.writeString(file, """
            {"rules": [
              {"name": "long", "if": {"tokens": ">= 30"}, "to": "drop"},
              {"name": "odd", "if": {"percentile": "> 75", "attribute.parity": "even"}, "to": "odd.v1"}],
             "percentile": {"minimum": 20, "window": 40}}
            """);
        FilterRules rules = FilterFile.read(file);
        // Two partitions, so that every source is spread over both and is put together by the observations.
        try (Application application = cluster.application(
                "filtered",
                Map.of("shards", "1", "partitions", "2", "model.order", "3", "filter.rules", file.toString()))) {
            RecordedTopic<Document> odd = application.routed("odd.v1");
            RecordedTopic<Document> kept = application.routed("kept.v1");
            List<Document> documents = new SmallDocuments(12).next(3 * WAVE);
            for (int i = 0; i < documents.size(); i++) {
                documents.get(i).setAttributes(Map.of("parity", i % 2 == 0 ? "even" : "odd"));
            }

            LocalInstance instance = application.start("one");
            application.publish(documents.subList(0, WAVE));
            awaitDecided(instance, WAVE);
            instance.close();
            instance = application.start("one");
            application.publish(documents.subList(WAVE, 2 * WAVE));
            awaitDecided(instance, WAVE);
            instance.close();
            application.loseState("one");
            instance = application.start("one");
            application.publish(documents.subList(2 * WAVE, 3 * WAVE));
            awaitDecided(instance, WAVE);
            instance.close();

            Map<String, Decision> expected = expected(rules, application);
            assertThat(expected).hasSize(documents.size());
            assertThat(expected.values().stream()
                            .map(Decision::rule)
                            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting())))
                    .as("every rule was put to the test")
                    .hasSize(3)
                    .allSatisfy((rule, count) -> assertThat(count).as(rule).isGreaterThan(20));
            Map<String, ConsumerRecord<byte[], byte[]>> routed = new HashMap<>();
            for (RecordedTopic<Document> topic : List.of(odd, kept)) {
                for (ConsumerRecord<byte[], byte[]> record : topic.records()) {
                    assertThat(routed.put(new String(record.key(), StandardCharsets.UTF_8), record))
                            .as("routed before")
                            .isNull();
                }
            }
            expected.forEach((id, decision) -> {
                ConsumerRecord<byte[], byte[]> record = routed.remove(id);
                if (decision.rule().equals("long")) {
                    assertThat(record).as(id).isNull();
                    return;
                }
                assertThat(record.topic()).as(id).endsWith(decision.rule().equals("odd") ? "odd.v1" : "kept.v1");
                assertThat(header(record, RoutedDocuments.RULE)).contains(decision.rule());
                assertThat(header(record, RoutedDocuments.PERCENTILE))
                        .as("percentile of %s", id)
                        .isEqualTo(decision.percentile().stream()
                                .mapToObj(percentile -> String.format(Locale.ROOT, "%.6f", percentile))
                                .findFirst());
            });
            assertThat(routed).as("routed and never decided about").isEmpty();
            assertReadableByStrangers(application, odd, documents);
        }
    }

    /** Since its start this instance has decided about so many. */
    private static void awaitDecided(LocalInstance instance, int documents) {
        await("decisions")
                .atMost(PATIENCE)
                .until(() -> instance.service().counters().documentsByRule().values().stream()
                                .mapToLong(Long::longValue)
                                .sum()
                        >= documents);
    }

    /** What the rules say of the observations in the order in which their partitions have them. */
    private static Map<String, Decision> expected(FilterRules rules, Application application) {
        DocumentFilter filter = new DocumentFilter(rules);
        Map<String, SourceQuantiles> sources = new HashMap<>();
        Map<String, Decision> decisions = new HashMap<>();
        Map<String, Integer> partitions = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> observation :
                application.observations().records()) {
            FilterRequest request = FilterRequest.decode(observation
                    .headers()
                    .lastHeader(ObservationOutput.DOCUMENT_HEADER)
                    .value());
            String source = request.document().source();
            Integer partition = partitions.putIfAbsent(source, observation.partition());
            assertThat(partition == null || partition == observation.partition())
                    .as("all observations of %s in one partition", source)
                    .isTrue();
            decisions.put(
                    request.document().id(),
                    filter.decide(request.scored(), sources.computeIfAbsent(source, name -> new SourceQuantiles())));
        }
        return decisions;
    }

    private static void assertReadableByStrangers(
            Application application, RecordedTopic<Document> topic, List<Document> published) {
        Map<String, Document> byId = published.stream().collect(Collectors.toMap(Document::getId, Function.identity()));
        List<String> read = new ArrayList<>();
        try (KafkaAvroDeserializer stranger = new KafkaAvroDeserializer()) {
            stranger.configure(application.config().clients().schemaRegistry(), false);
            for (ConsumerRecord<byte[], byte[]> record : topic.records()) {
                GenericRecord value = (GenericRecord) stranger.deserialize(record.topic(), record.value());
                Document document = byId.get(value.get("id").toString());
                assertThat(value.get("sentences"))
                        .hasToString(document.getSentences().toString());
                assertThat(value.get("attributes")).hasToString("{parity=even}");
                assertThat(topic.value(record)).isEqualTo(document);
                read.add(document.getId());
            }
        }
        assertThat(read).doesNotHaveDuplicates().isNotEmpty();
    }

    private static Optional<String> header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return Optional.ofNullable(header).map(found -> new String(found.value(), StandardCharsets.UTF_8));
    }
}
