package dev.driftline.bench.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.pages.HeapPageStore;
import dev.driftline.pages.PageStore;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The comparison would mean nothing if baselines did not count what Driftline counts. */
class BaselineTest {

    private static final int ORDER = 3;

    private final SchemaRegistrySerdes serdes =
            new SchemaRegistrySerdes(Map.of(SchemaRegistrySerdes.URL, "mock://baseline")).registering();

    private final List<List<List<String>>> documents = text();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldCountWhatDriftlineCountsWhenNaive(boolean onHeap) {
        Map<String, Long> counts = new HashMap<>();
        try (TopologyTestDriver driver = run(new NaiveTopology("documents", ORDER, onHeap, serdes).get(), documents)) {
            try (KeyValueIterator<String, Long> all = driver.<String, Long>getKeyValueStore(NaiveTopology.COUNTS_STORE)
                    .all()) {
                all.forEachRemaining(entry -> counts.put(entry.key, entry.value));
            }
        }

        LocalModel driftline = new LocalModel(ModelSettings.ofOrder(ORDER), 4, shard -> new HeapPageStore(), 1L << 22);
        documents.forEach(document -> driftline.score(DocumentTokens.of(document), true));
        assertThat(counts).isEqualTo(census());
        counts.forEach((ngram, count) -> assertThat(driftline.rawCount(List.of(ngram.split(" "))))
                .as(ngram)
                .isEqualTo(count));
    }

    @ParameterizedTest
    @CsvSource({"1, false", "1, true", "4, true"})
    void shouldCountWhatACensusCountsWhenCombined(int shards, boolean durable) {
        List<CombinedCounts> opened = new ArrayList<>();
        Map<String, Long> counts = new HashMap<>();
        try (TopologyTestDriver driver = run(combiner(shards, durable, opened), documents)) {
            opened.forEach(shard -> shard.forEach((ngram, count) -> counts.merge(ngram, count, Long::sum)));

            assertThat(driver.metrics()).isNotEmpty();
            assertThat(opened.get(0).count(List.of("never", "came"))).isZero();
        }

        // The test driver has one task for all partitions, as one partition would.
        assertThat(counts).isEqualTo(census());
    }

    @Test
    void shouldFindItsCountsAgainWhenItKeepsThem() {
        PageStore store = new HeapPageStore();
        DocumentCombiner combiner = new DocumentCombiner(ORDER, 1);
        CombinedCounts before = CombinedCounts.over(store);
        CombinedCounts after = CombinedCounts.over(store);
        for (int i = 0; i < documents.size(); i++) {
            if (i == documents.size() / 2) {
                before.writeBack();
            }
            byte[] message = combiner.combine(documents.get(i)).get(0).orElseThrow();
            (i < documents.size() / 2 ? before : after).add(message);
        }

        Map<String, Long> counts = new HashMap<>();
        after.forEach(counts::put);
        assertThat(counts).isEqualTo(census());
        assertThat(after.count(List.of("<s>"))).isZero();
    }

    private Topology combiner(int shards, boolean durable, List<CombinedCounts> opened) {
        return new CombinerTopology("documents", ORDER, shards, durable, serdes, opened::add).get();
    }

    private TopologyTestDriver run(Topology topology, List<List<List<String>>> texts) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "baseline");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
        TopologyTestDriver driver = new TopologyTestDriver(topology, properties);
        TestInputTopic<String, Document> input =
                driver.createInputTopic("documents", new StringSerializer(), serdes.serializer(Document.class));
        for (List<List<String>> sentences : texts) {
            input.pipeInput(
                    "d",
                    Document.newBuilder()
                            .setId("d")
                            .setSource("news")
                            .setPublishedAt(Instant.EPOCH)
                            .setSentences(sentences)
                            .build());
        }
        return driver;
    }

    private Map<String, Long> census() {
        Map<String, Long> counts = new HashMap<>();
        for (List<List<String>> document : documents) {
            for (List<String> sentence : document) {
                List<String> tokens = new ArrayList<>(List.of("<s>"));
                tokens.addAll(sentence);
                tokens.add("</s>");
                for (int end = 1; end < tokens.size(); end++) {
                    for (int n = 1; n <= ORDER && n <= end + 1; n++) {
                        counts.merge(String.join(" ", tokens.subList(end - n + 1, end + 1)), 1L, Long::sum);
                    }
                }
            }
        }
        return counts;
    }

    private static List<List<List<String>>> text() {
        SplittableRandom random = new SplittableRandom(3);
        List<List<List<String>>> documents = new ArrayList<>();
        for (int d = 0; d < 30; d++) {
            List<List<String>> sentences = new ArrayList<>();
            for (int s = random.nextInt(1, 4); s > 0; s--) {
                List<String> words = new ArrayList<>();
                for (int w = random.nextInt(0, 12); w > 0; w--) {
                    words.add("w" + random.nextInt(1, 20) * random.nextInt(1, 4));
                }
                sentences.add(words);
            }
            documents.add(sentences);
        }
        return documents;
    }
}
