package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.filter.Decision;
import dev.driftline.filter.DocumentFilter;
import dev.driftline.filter.FilterRules;
import dev.driftline.filter.ScoredDocument;
import dev.driftline.filter.SourceQuantiles;
import dev.driftline.input.DeadLetters;
import dev.driftline.output.RoutedDocuments;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.ExpertScore;
import dev.driftline.schemas.Headline;
import dev.driftline.schemas.Score;
import dev.driftline.schemas.TextEvent;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.sources.FilterSources;
import dev.driftline.store.WriteBackStore;
import dev.driftline.topics.FilterFile;
import dev.driftline.topics.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilterTopologyTest {

    @TempDir
    private Path folder;

    @Test
    void shouldSendEachDocumentWhereTheRulesSayAsItWas() throws IOException {
        FilterRules rules = rules("""
            {"rules": [
              {"name": "mail", "if": {"source": "mail-*"}, "to": "drop"},
              {"name": "german", "if": {"attribute.language": "de"}, "to": "german.v1"},
              {"name": "unknown", "if": {"unknown_rate": "> 50 %"}, "to": "review.v1"}]}
            """);
        try (TopologyFixture fixture = fixture("routes", rules)) {
            Document german = TopologyFixture.document("g", "news", "der Hund bellt", "er bellt");
            german.setAttributes(Map.of("language", "de", "id", "7"));
            german.setLearn(false);
            Document mail = TopologyFixture.document("m", "mail-1", "buy now");
            Document first = TopologyFixture.document("n1", "news", "the dog barks");
            Document second = TopologyFixture.document("n2", "news", "the dog barks");
            for (Document document : List.of(german, mail, first, second)) {
                fixture.pipe(document);
            }
            fixture.text.pipeInput(
                    new byte[0],
                    fixture.bytes(TextEvent.newBuilder()
                            .setId("t")
                            .setSource("web")
                            .setPublishedAt(TopologyFixture.NOON)
                            .setText("Der Hund. Er bellt.")
                            .setLanguage("de")
                            .setAttributes(Map.of("url", "x"))
                            .build()));

            List<TestRecord<String, Document>> toGerman = routed(fixture, "german.v1");
            List<TestRecord<String, Document>> toReview = routed(fixture, "review.v1");
            List<TestRecord<String, Document>> kept = routed(fixture, "kept.v1");
            assertThat(toGerman).extracting(TestRecord::key).containsExactly("g", "t");
            assertThat(toGerman.get(0).value()).isEqualTo(german);
            Document tokenised = toGerman.get(1).value();
            assertThat(tokenised.getSentences())
                    .isEqualTo(List.of(List.of("Der", "Hund", "."), List.of("Er", "bellt", ".")));
            assertThat(tokenised.getAttributes()).isEqualTo(Map.of("url", "x", "language", "de"));
            assertThat(tokenised.getSource()).isEqualTo("web");
            assertThat(tokenised.getLearn()).isTrue();
            assertThat(toReview).extracting(TestRecord::value).containsExactly(first);
            assertThat(kept).extracting(TestRecord::value).containsExactly(second);

            assertThat(header(toReview.get(0), RoutedDocuments.RULE)).isEqualTo("unknown");
            assertThat(header(kept.get(0), RoutedDocuments.RULE)).isEqualTo("otherwise");
            assertThat(header(kept.get(0), RoutedDocuments.UNKNOWN_RATE)).isEqualTo("0.000000");
            assertThat(header(kept.get(0), RoutedDocuments.PERCENTILE)).isNull();
            assertThat(header(kept.get(0), DeadLetters.TOPIC)).isEqualTo(fixture.topics.name(Topic.DOCUMENTS));
            assertThat(header(kept.get(0), DeadLetters.PARTITION)).isEqualTo("0");
            assertThat(header(kept.get(0), DeadLetters.OFFSET)).isEqualTo("3");
            assertThat(header(toGerman.get(1), DeadLetters.TOPIC)).isEqualTo(fixture.topics.name(Topic.TEXT));
            assertThat(fixture.counters.documentsByRule())
                    .isEqualTo(Map.of("mail", 1L, "german", 2L, "unknown", 1L, "otherwise", 1L));
        }
    }

    @Test
    void shouldForgetThePercentilesOfASourceThatIsDropped() throws IOException {
        FilterRules rules = rules("""
            {"rules": [{"name": "odd", "if": {"percentile": "> 80"}, "to": "odd.v1"}],
             "percentile": {"of": "class_bits_per_token", "minimum": 5, "window": 20}}
            """);
        try (TopologyFixture fixture = fixture("dropped", rules)) {
            fixture.pipe(TopologyFixture.document("a", "kept", "the dog barks"));
            fixture.pipe(TopologyFixture.document("b", "gone", "the dog barks"));
            assertThat(sources(fixture)).contains("kept", "gone");
            Document drop = TopologyFixture.document("gone", "gone");
            drop.setLearn(false);
            drop.setRetract(true);
            drop.setRetractSource(true);

            fixture.pipe(drop);

            assertThat(sources(fixture)).contains("kept").doesNotContain("gone");
            assertThat(fixture.deadLetters.isEmpty()).isTrue();
        }
    }

    private static List<String> sources(TopologyFixture fixture) {
        WriteBackStore store = (WriteBackStore) fixture.driver.getStateStore(FilterSources.STORE);
        List<String> names = new ArrayList<>();
        store.scan(new byte[0], (key, value) -> {
            if ((key[0] & 0xFF) != 0xFE) {
                names.add(new String(key, 1, key.length - 1, StandardCharsets.UTF_8));
            }
        });
        return names;
    }

    @Test
    void shouldDecideByThePercentilesThatTheScoresHad() throws IOException {
        FilterRules rules = rules("""
            {"rules": [{"name": "odd", "if": {"percentile": "> 80"}, "to": "odd.v1"}],
             "percentile": {"of": "class_bits_per_token", "minimum": 5, "window": 20}}
            """);
        List<Document> documents = documents(120);
        try (TopologyFixture fixture = fixture("percentiles", rules)) {
            documents.forEach(fixture::pipe);
            Map<String, Decision> expected = decisions(rules, fixture.scores.readValuesToList());
            Map<String, TestRecord<String, Document>> routed = new HashMap<>();
            for (String topic : rules.topics()) {
                routed(fixture, topic).forEach(record -> routed.put(record.key(), record));
            }

            assertThat(routed).hasSize(documents.size());
            assertThat(expected.values().stream()
                            .filter(decision -> decision.rule().equals("odd")))
                    .hasSizeBetween(10, 40);
            expected.forEach((id, decision) -> {
                TestRecord<String, Document> record = routed.get(id);
                assertThat(header(record, RoutedDocuments.RULE)).as(id).isEqualTo(decision.rule());
                if (decision.percentile().isEmpty()) {
                    assertThat(header(record, RoutedDocuments.PERCENTILE)).isNull();
                    assertThat(header(record, RoutedDocuments.UNDECIDED)).isEqualTo("odd");
                } else {
                    assertThat(Double.parseDouble(header(record, RoutedDocuments.PERCENTILE)))
                            .isCloseTo(decision.percentile().getAsDouble(), within(1e-6));
                    assertThat(header(record, RoutedDocuments.UNDECIDED)).isNull();
                }
            });
        }
    }

    @Test
    void shouldHaveNoFilterUnlessThereAreRules() {
        try (TopologyFixture fixture = new TopologyFixture(
                folder.resolve("none"), ModelSettings.ofOrder(3), TopologyFixture.LIMITS, Optional.empty())) {
            fixture.pipe(TopologyFixture.document("a", "news", "the dog"));

            assertThat(fixture.driver.producedTopicNames()).doesNotContain("driftline.kept.v1");
        }
    }

    /** What the rules say, from the published scores alone. */
    static Map<String, Decision> decisions(FilterRules rules, List<Score> scores) {
        DocumentFilter filter = new DocumentFilter(rules);
        Map<String, SourceQuantiles> sources = new HashMap<>();
        Map<String, Decision> decisions = new HashMap<>();
        for (Score score : scores) {
            Map<String, Double> bits = new HashMap<>();
            bits.put("mixture", score.getMixtureBits());
            for (ExpertScore expert : score.getExperts()) {
                bits.put(expert.getName(), expert.getBits());
            }
            ScoredDocument document = new ScoredDocument(
                    score.getSource(),
                    Map.of(),
                    score.getTokens(),
                    score.getUnknownTokens(),
                    score.getCharacters(),
                    bits,
                    score.getSpellingBits(),
                    Headline.letterBits(score));
            decisions.put(
                    score.getId(),
                    filter.decide(document, sources.computeIfAbsent(score.getSource(), name -> new SourceQuantiles())));
        }
        return decisions;
    }

    private static List<Document> documents(int count) {
        Random random = new Random(9);
        List<Document> documents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder();
            for (int w = 0; w < 6; w++) {
                text.append(w == 0 ? "" : " ").append('w').append((int) Math.pow(random.nextDouble() * 7, 2));
            }
            documents.add(TopologyFixture.document("d" + i, "source-" + i % 2, text.toString()));
        }
        return documents;
    }

    private FilterRules rules(String json) throws IOException {
        Path file = folder.resolve("rules.json");
        Files.writeString(file, json);
        return FilterFile.read(file);
    }

    private TopologyFixture fixture(String name, FilterRules rules) {
        return new TopologyFixture(
                folder.resolve(name),
                ModelSettings.ofOrder(3),
                TopologyFixture.LIMITS,
                Optional.empty(),
                Optional.empty(),
                TopologySettings.sourceLimits(DriftlineConfig.defaults()),
                Optional.of(rules));
    }

    private static List<TestRecord<String, Document>> routed(TopologyFixture fixture, String topic) {
        TestOutputTopic<String, Document> output = fixture.driver.createOutputTopic(
                fixture.topics.routed(topic), new StringDeserializer(), fixture.serdes.deserializer(Document.class));
        return output.readRecordsToList();
    }

    private static String header(TestRecord<String, Document> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}
