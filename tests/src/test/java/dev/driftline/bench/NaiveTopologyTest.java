package dev.driftline.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.ngram.HeapPageStore;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.junit.jupiter.api.Test;

/** The comparison would mean nothing if the two did not count the same. */
class NaiveTopologyTest {

    private static final int ORDER = 3;

    @Test
    void shouldCountWhatDriftlineCounts() {
        List<List<String>> sentences =
                List.of(List.of("the", "cat", "sat"), List.of("the", "cat"), List.of("a", "cat", "sat", "here"));

        Map<String, Long> naive = count(sentences);

        LocalModel driftline = new LocalModel(ModelSettings.ofOrder(ORDER), 4, shard -> new HeapPageStore(), 1L << 22);
        driftline.score(DocumentTokens.of(sentences), true);
        assertThat(naive)
                .containsEntry("cat sat", 2L)
                .containsEntry("<s> the cat", 2L)
                .containsEntry("cat </s>", 1L);
        naive.forEach((ngram, count) -> assertThat(driftline.rawCount(List.of(ngram.split(" "))))
                .as(ngram)
                .isEqualTo(count));
    }

    private static Map<String, Long> count(List<List<String>> sentences) {
        SchemaRegistrySerdes serdes =
                new SchemaRegistrySerdes(Map.of(SchemaRegistrySerdes.URL, "mock://naive")).registering();
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "naive");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
        Map<String, Long> counts = new HashMap<>();
        try (TopologyTestDriver driver =
                new TopologyTestDriver(new NaiveTopology("documents", ORDER, serdes).get(), properties)) {
            driver.createInputTopic("documents", new StringSerializer(), serdes.serializer(Document.class))
                    .pipeInput(
                            "d1",
                            Document.newBuilder()
                                    .setId("d1")
                                    .setSource("news")
                                    .setPublishedAt(Instant.EPOCH)
                                    .setSentences(sentences)
                                    .build());
            try (KeyValueIterator<String, Long> all = driver.<String, Long>getKeyValueStore(NaiveTopology.COUNTS_STORE)
                    .all()) {
                while (all.hasNext()) {
                    KeyValue<String, Long> entry = all.next();
                    counts.put(entry.key, entry.value);
                }
            }
        }
        return counts;
    }
}
