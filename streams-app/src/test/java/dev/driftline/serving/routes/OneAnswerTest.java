package dev.driftline.serving.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.cli.Driftline;
import dev.driftline.generation.Constraints;
import dev.driftline.generation.Sampling;
import dev.driftline.generation.TextModel;
import dev.driftline.generation.TextRequest;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.neural.snapshot.SnapshotVersion;
import dev.driftline.ngram.NextWordDistribution.Words;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.serving.query.DirectQueries;
import dev.driftline.serving.query.LearnedModel;
import dev.driftline.serving.query.ModelChoice;
import dev.driftline.serving.query.TextQuery;
import dev.driftline.store.RocksDbPages;
import dev.driftline.store.StateDirectory;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same question gets the same answer, whoever asks it where, whatever the number of shards. */
class OneAnswerTest {

    private static final int K = 6;
    private static final List<String> CONTEXT = List.of("the", "jury");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void shouldExpectTheSameWordsByEveryRouteCommandAndTopicWhenTheMixtureIsAsked(int shards) throws Exception {
        try (ServedModel served = new ServedModel(inMemory(shards), Map.of())) {
            for (Optional<String> source : List.of(Optional.<String>empty(), Optional.of(LearnedModel.KNOWN_SOURCE))) {
                String from = source.map(name -> "&source=" + name).orElse("");
                Map<String, Double> published = published(served.model, source, "mixture");

                assertSame(published, words(served.get("/v1/predict?context=the+jury&k=" + K + from)));
                assertSame(published, words(served.get("/v1/next?context=the+jury&k=" + K + from)));
                assertSame(published, drawn(served.model, ModelChoice.BEST, source));
            }
            assertSame(published(served.model, Optional.empty(), "mixture"), command(served, "mixture"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void shouldExpectTheSameWordsWhenTheCountsAreAskedAndAlsoInAStateDirectory(int shards) throws Exception {
        List<RocksDbPages> stores = new ArrayList<>();
        LearnedModel model = new LearnedModel(shards, shard -> {
            RocksDbPages pages = RocksDbPages.open(StateDirectory.shardFolder(folder, shard), 8 << 20);
            stores.add(pages);
            return pages;
        });
        model.writeBack();
        try (ServedModel served = new ServedModel(model, Map.of())) {
            Map<String, Double> published = published(model, Optional.empty(), "kneser-ney-3");

            assertSame(published, words(served.get("/v1/predict?context=the+jury&model=ngram&k=" + K)));
            assertSame(published, words(served.get("/v1/next?context=the+jury&model=ngram&k=" + K)));
            assertSame(published, drawn(model, ModelChoice.of(ModelChoice.NGRAM), Optional.empty()));
            assertSame(published, command(served, "ngram"));

            stores.forEach(RocksDbPages::close);
            assertSame(published, run("generate", "--state", folder.toString()));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void shouldWriteTheSameTextByRouteAndCommandAndNameWhatItIsDrawnFrom(int shards) throws Exception {
        try (ServedModel served = new ServedModel(inMemory(shards), Map.of())) {
            JsonNode there = served.get("/v1/generate?prompt=the&top_k=5&seed=7");
            JsonNode here = json(
                    "generate",
                    "--instance",
                    served.server.address(),
                    "--prompt",
                    "the",
                    "--top-k",
                    "5",
                    "--seed",
                    "7",
                    "--sentences",
                    "1",
                    "--json");

            assertThat(here.get("words")).isEqualTo(there.at("/sentences/0"));
            assertThat(there.get("drawn_from").asText()).isEqualTo("mixture, the 5 most probable words");
            assertThat(here.get("drawn_from")).isEqualTo(there.get("drawn_from"));
            assertThat(served.get("/v1/generate?model=ngram").get("drawn_from").asText())
                    .isEqualTo("kneser-ney-3, the 100 most probable words");
        }
    }

    @Test
    void shouldTellTheSeedThatDrawsTheSameTextAgainWhenNoneIsGiven() throws Exception {
        try (ServedModel served = new ServedModel(inMemory(1), Map.of())) {
            String asked = "/v1/generate?model=ngram&sentences=20&temperature=3";
            JsonNode first = served.get(asked);
            JsonNode again = served.get(asked + "&seed=" + first.get("seed").asInt());

            assertThat(again).isEqualTo(first);
            assertThat(served.get(asked)).as("a fresh seed").isNotEqualTo(first);
            assertThat(served.get("/v1/generate?model=ngram&sentences=20&beam=20")
                            .has("seed"))
                    .as("nothing is drawn")
                    .isFalse();
        }
    }

    /** By the predictions, scores, alternatives and the command, and all of it makes 1. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void shouldScoreAWordAsItIsPredictedAndSayWhatIsLeft(int shards) throws Exception {
        LearnedModel model = new LearnedModel(shards, shard -> new HeapPageStore(), Optional.of(snapshot()));
        try (ServedModel served = new ServedModel(model, Map.of())) {
            JsonNode answer = served.get("/v1/predict?context=the+jury&source=court&k=" + K);
            Map<String, Double> predicted = words(answer);
            double sum = answer.at("/unknown/probability").asDouble()
                    + answer.get("rest").asDouble();
            for (Map.Entry<String, Double> word : predicted.entrySet()) {
                List<String> sentence = new ArrayList<>(CONTEXT);
                if (!word.getKey().equals("</s>")) {
                    sentence.add(word.getKey());
                }
                JsonNode scored = served.post(
                        "/v1/score",
                        new ObjectMapper()
                                .writeValueAsString(
                                        Map.of("text", List.of(sentence), "source", "court", "alternatives", K)));
                assertThat(Math.pow(2, -scored.at("/tokens/2/bits/mixture").asDouble()))
                        .as(word.getKey())
                        .isCloseTo(word.getValue(), within(1e-6));
                assertSame(
                        predicted,
                        words(new ObjectMapper().createObjectNode().set("next", scored.at("/tokens/2/expected"))));
                sum += word.getValue();
            }
            assertThat(sum).isCloseTo(1, within(1e-6));
            assertThat(answer.at("/unknown/word").asText()).isEqualTo("<unk>");

            JsonNode command = json(
                    "generate", "--instance", served.server.address(), "--prompt", "the jury", "--next", "3", "--json");
            JsonNode route = served.get("/v1/next?context=the+jury&k=3");
            assertThat(command.get("unknown")).isEqualTo(route.get("unknown"));
            assertThat(command.get("rest")).isEqualTo(route.get("rest"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void shouldWriteWhatIsPredictedBest(int shards) throws Exception {
        LearnedModel model = new LearnedModel(shards, shard -> new HeapPageStore(), Optional.of(snapshot()));
        try (ServedModel served = new ServedModel(model, Map.of())) {
            for (String name : List.of("network", "mixture", "ngram")) {
                List<String> words = new ArrayList<>(List.of("on", "friday"));
                JsonNode written = served.get("/v1/generate?prompt=on+friday&words=4&top_k=1&model=" + name)
                        .at("/sentences/0");
                for (JsonNode word : written) {
                    assertThat(best(served, name, words))
                            .as("%s after %s", name, words)
                            .isEqualTo(word.asText());
                    words.add(word.asText());
                }
                if (written.size() < 4) {
                    assertThat(best(served, name, words))
                            .as("%s after %s", name, words)
                            .isEqualTo("</s>");
                }
            }
        }
    }

    private static String best(ServedModel served, String model, List<String> words) throws Exception {
        return served.get("/v1/predict?context=" + String.join("+", words) + "&k=1&model=" + model)
                .at("/next/0/word")
                .asText();
    }

    private static Snapshot snapshot() {
        Network network = Network.random(
                Architecture.recurrent(Cell.GRU, 8, 0, List.of()),
                new NeuralVocabulary(List.of("<unk>", "</s>", "the", "jury", "said", "rules", "books")),
                3);
        return new Snapshot(
                new SnapshotManifest(
                        SnapshotVersion.of(1, network),
                        null,
                        Instant.EPOCH,
                        network.model(),
                        "words",
                        Map.of(),
                        Map.of(),
                        Map.of()),
                network);
    }

    private static LearnedModel inMemory(int shards) {
        return new LearnedModel(shards, shard -> new HeapPageStore());
    }

    private static Map<String, Double> published(LearnedModel model, Optional<String> source, String name) {
        return model.predictions(List.of(CONTEXT), source, K).stream()
                .filter(prediction -> prediction.model().equals(name))
                .findFirst()
                .orElseThrow()
                .words()
                .stream()
                .collect(LinkedHashMap::new, (map, word) -> map.put(word.word(), word.probability()), Map::putAll);
    }

    /** The distribution that text is drawn from after the context. */
    private static Map<String, Double> drawn(LearnedModel model, ModelChoice choice, Optional<String> source) {
        TextRequest request = new TextRequest(CONTEXT, 1, 1, new Sampling(1, K, 1), Constraints.NONE, 0, 0, 1);
        TextModel text = DirectQueries.of(model.parts())
                .text(new TextQuery(request, choice, source))
                .model();
        Words words = text.next(text.advance(text.start(), CONTEXT));
        Map<String, Double> probabilities = new LinkedHashMap<>();
        for (int i = 0; i < words.words().length; i++) {
            probabilities.put(words.words()[i], words.probabilities()[i]);
        }
        return probabilities;
    }

    private static Map<String, Double> command(ServedModel served, String model) throws Exception {
        return run("generate", "--instance", served.server.address(), "--model", model);
    }

    @Test
    void shouldAskARunningInstanceByPostSoThatALongTextFits() throws Exception {
        String longText = "the jury said on friday that the election was fair ".repeat(300);
        String longWords = ("ü".repeat(512) + " ").repeat(3).strip();
        try (ServedModel served = new ServedModel(Map.of())) {
            JsonNode next = json(
                    "generate", "--instance", served.server.address(), "--prompt", longText, "--next", "3", "--json");
            assertThat(next.get("next")).hasSize(3);
            JsonNode count = json("counts", "--instance", served.server.address(), "--json", longWords);
            assertThat(count.get("count").asInt()).isZero();
        }
    }

    private static Map<String, Double> run(String... where) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(where));
        arguments.addAll(List.of("--prompt", String.join(" ", CONTEXT), "--next", Integer.toString(K), "--json"));
        return words(json(arguments.toArray(String[]::new)));
    }

    private static JsonNode json(String... arguments) throws Exception {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        assertThat(Driftline.execute(new PrintWriter(out, true), new PrintWriter(err, true), arguments))
                .as("%s%s", out, err)
                .isZero();
        return new ObjectMapper().readTree(out.toString());
    }

    private static Map<String, Double> words(JsonNode answer) {
        Map<String, Double> words = new LinkedHashMap<>();
        for (JsonNode word : answer.get("next")) {
            words.put(word.get("word").asText(), word.get("probability").asDouble());
        }
        return words;
    }

    /** The same probabilities; of several words with the same one, those that are listed last may be others. */
    private static void assertSame(Map<String, Double> expected, Map<String, Double> answer) {
        List<Double> probabilities = List.copyOf(answer.values());
        double last = probabilities.get(probabilities.size() - 1);
        assertThat(answer).hasSameSizeAs(expected);
        assertThat(probabilities).as("best first").isSortedAccordingTo(Comparator.reverseOrder());
        int i = 0;
        for (Map.Entry<String, Double> word : expected.entrySet()) {
            assertThat(probabilities.get(i++)).as("%s in %s", word, answer).isCloseTo(word.getValue(), within(1e-6));
            if (word.getValue() > last + 1e-6) {
                assertThat(answer.get(word.getKey()))
                        .as("%s in %s", word, answer)
                        .isCloseTo(word.getValue(), within(1e-6));
            }
        }
    }
}
