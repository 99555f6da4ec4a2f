package dev.driftline.torture;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.corpus.CorpusReader;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.text.Tokenizers;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Text that goes in at a steady rate: the documents of a corpus in pieces, again and again, each under an id of its own. Now
 * and then a record comes that is not a document. It goes past the proxies, and waits for brokers for as long as it takes,
 * each record once.
 */
final class Load implements AutoCloseable {

    /** The ids of records that are not documents begin with it. */
    static final String POISON = "poison-";

    private static final int PIECE_TOKENS = 60;
    private static final int POISON_EVERY = 211;

    private final List<CorpusDocument> pieces;
    private final String topic;
    private final SchemaRegistrySerdes serdes;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Thread thread;
    private final double perSecond;
    private volatile boolean stopped;
    private volatile long sent;
    private volatile Optional<Exception> failure = Optional.empty();

    /** Starts to send. */
    Load(DriftlineConfig config, List<CorpusDocument> pieces, double perSecond) {
        this.pieces = pieces;
        this.perSecond = perSecond;
        topic = TopicNames.of(config).name(Topic.DOCUMENTS);
        serdes = new SchemaRegistrySerdes(config.clients().schemaRegistry());
        producer =
                new KafkaProducer<>(config.clients().producer(), new ByteArraySerializer(), new ByteArraySerializer());
        thread = new Thread(this::send, "load");
        thread.setDaemon(true);
        thread.start();
    }

    /** Reads a corpus and cuts it into pieces of about {@value #PIECE_TOKENS} tokens. */
    static List<CorpusDocument> pieces(Path corpus) throws IOException {
        List<CorpusDocument> pieces = new ArrayList<>();
        try (CorpusReader reader = CorpusReader.open(corpus)) {
            while (reader.hasNext()) {
                CorpusDocument document = reader.next().document(Tokenizers.named("words"));
                List<List<String>> sentences = new ArrayList<>();
                int tokens = 0;
                for (List<String> sentence : document.sentences()) {
                    sentences.add(sentence);
                    tokens += sentence.size() + 1;
                    if (tokens >= PIECE_TOKENS) {
                        pieces.add(new CorpusDocument(document.id(), document.source(), sentences));
                        sentences = new ArrayList<>();
                        tokens = 0;
                    }
                }
                if (!sentences.isEmpty()) {
                    pieces.add(new CorpusDocument(document.id(), document.source(), sentences));
                }
            }
        }
        if (pieces.isEmpty()) {
            throw new IllegalArgumentException(corpus + " has no documents");
        }
        return pieces;
    }

    private void send() {
        long began = System.nanoTime();
        try (var documents = serdes.serializer(Document.class)) {
            for (long number = 0; !stopped; number++) {
                long due = began + (long) (number / perSecond * 1e9);
                while (System.nanoTime() < due && !stopped) {
                    TimeUnit.MILLISECONDS.sleep(5);
                }
                boolean isPoison = number % POISON_EVERY == POISON_EVERY - 1;
                String id = String.format(Locale.ROOT, "%s%08d", isPoison ? POISON : "document-", number);
                byte[] value = isPoison
                        ? ("not a document: " + number).getBytes(StandardCharsets.UTF_8)
                        : documents.serialize(topic, document(id, number));
                producer.send(
                        new ProducerRecord<>(topic, id.getBytes(StandardCharsets.UTF_8), value), (where, problem) -> {
                            if (problem != null) {
                                failure = Optional.of(problem);
                            }
                        });
                sent = number + 1;
            }
            producer.flush();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            failure = Optional.of(e);
        }
    }

    private Document document(String id, long number) {
        CorpusDocument piece = pieces.get((int) (number % pieces.size()));
        return Document.newBuilder()
                .setId(id)
                .setSource(piece.source())
                .setPublishedAt(Instant.now())
                .setSentences(piece.sentences())
                .build();
    }

    /** Records that went in so far. */
    long sent() {
        return sent;
    }

    /**
     * Sends no more, and waits until the brokers have what was sent.
     *
     * @throws IllegalStateException if they refused something, or do not take it within {@code atMost}
     */
    void stop(Duration atMost) throws InterruptedException {
        stopped = true;
        thread.join(atMost.toMillis());
        if (thread.isAlive()) {
            throw new IllegalStateException("the brokers have not taken the text within " + atMost.toSeconds() + " s");
        }
        failure.ifPresent(problem -> {
            throw new IllegalStateException("the text did not go in: " + problem.getMessage(), problem);
        });
    }

    @Override
    public void close() {
        stopped = true;
        producer.close(Duration.ZERO);
    }
}
