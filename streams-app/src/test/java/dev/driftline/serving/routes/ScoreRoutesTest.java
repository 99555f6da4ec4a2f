package dev.driftline.serving.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Questions are answered with what the stream would have said, and change nothing. */
class ScoreRoutesTest {

    private static ServedModel served;

    @BeforeAll
    static void start() {
        served = new ServedModel(Map.of());
    }

    @AfterAll
    static void stop() {
        served.close();
    }

    @Test
    void shouldScoreATextAsTheStreamWould() throws Exception {
        JsonNode score = served.post("/v1/score", "{\"text\": \"the jury said xylophone\"}");

        double expected = served.model.bits(List.of(List.of("the", "jury", "said", "xylophone")), Optional.empty());
        assertThat(score.at("/models/mixture/bits").asDouble()).isCloseTo(expected, within(1e-9));
        assertThat(score.get("class_bits_per_token").asDouble()).isCloseTo(expected / 5, within(1e-9));
        assertThat(score.get("class_perplexity").asDouble()).isCloseTo(Math.pow(2, expected / 5), within(1e-6));
        double letters = score.at("/tokens/3/spelling").asDouble();
        assertThat(letters).isGreaterThan(10);
        assertThat(score.get("bits_per_token").asDouble()).isCloseTo((expected + letters) / 5, within(1e-6));
        assertThat(score.get("perplexity").asDouble()).isCloseTo(Math.pow(2, (expected + letters) / 5), within(1e-2));
        assertThat(score.at("/models/mixture/perplexity")).isEqualTo(score.get("perplexity"));
        assertThat(score.at("/tokens/2/spelling").isMissingNode())
                .as("a known word")
                .isTrue();
        assertThat(score.get("unknown_rate").asDouble()).isEqualTo(0.2);
        assertThat(score.get("unknown_tokens").asInt()).isEqualTo(1);
        assertThat(words(score.get("tokens"))).containsExactly("the", "jury", "said", "xylophone", "</s>");
        assertThat(score.at("/tokens/3/known").asBoolean()).isFalse();
        for (String model : List.of("mixture", "kneser-ney-1", "kneser-ney-2", "kneser-ney-3")) {
            double sum = 0;
            for (JsonNode token : score.get("tokens")) {
                sum += token.get("bits").get(model).asDouble();
            }
            assertThat(sum)
                    .as(model)
                    .isCloseTo(score.at("/models/" + model + "/bits").asDouble(), within(1e-4));
        }
        assertThat(score.get("snapshot_version").isNull()).isTrue();
    }

    /** What the tokenizer took for one token of its kind is in the text that was sent, and is said beside it. */
    @Test
    void shouldSayWhatStoodInTheTextForAClass() throws Exception {
        String log = "\"tokenizer\": \"log\", \"text\": ";
        JsonNode score = served.post("/v1/score", "{" + log + "\"from 10.0.0.1:22 up\\n\\nport 7\\n\"}");

        assertThat(words(score.get("tokens")))
                .containsExactly("from", "<ip>", "up", "</s>", "port", "<number>", "</s>");
        assertThat(score.at("/tokens/1/literal").asText()).isEqualTo("10.0.0.1:22");
        assertThat(score.at("/tokens/5/literal").asText()).isEqualTo("7");
        assertThat(score.at("/tokens/0").has("literal")).as("a word").isFalse();
        assertThat(score.at("/tokens/6").has("literal")).as("the end").isFalse();
        JsonNode words = served.post("/v1/score", "{\"text\": \"from 10.0.0.1 up\"}");
        assertThat(words.get("tokens"))
                .noneSatisfy(token -> assertThat(token.has("literal")).isTrue());
    }

    @Test
    void shouldScoreForASourceThatItKnowsWithItsOwnWeightsAndCaches() throws Exception {
        String text = "\"text\": \"students opened their books\"";
        JsonNode known = served.post("/v1/score", "{" + text + ", \"source\": \"court\"}");
        JsonNode stranger = served.post("/v1/score", "{" + text + ", \"source\": \"nobody\"}");

        List<List<String>> sentences = List.of(List.of("students", "opened", "their", "books"));
        assertThat(known.get("source_known").asBoolean()).isTrue();
        assertThat(known.at("/models/mixture/bits").asDouble())
                .isCloseTo(served.model.bits(sentences, Optional.of("court")), within(1e-9));
        assertThat(stranger.get("source_known").asBoolean()).isFalse();
        assertThat(stranger.at("/models/mixture/bits").asDouble())
                .isCloseTo(served.model.bits(sentences, Optional.empty()), within(1e-9))
                .isNotCloseTo(known.at("/models/mixture/bits").asDouble(), within(1e-6));
    }

    @Test
    void shouldSayWhatWasExpectedInsteadWhereThatIsAskedFor() throws Exception {
        JsonNode score = served.post("/v1/score", "{\"text\": \"the jury read\", \"alternatives\": 2}");

        JsonNode afterJury = score.at("/tokens/2/expected");
        assertThat(afterJury).hasSize(2);
        assertThat(afterJury.at("/0/word").asText()).isEqualTo("said");
        JsonNode predicted = served.get("/v1/predict?context=the+jury&k=2").get("next");
        assertThat(afterJury.at("/0/probability").asDouble())
                .isCloseTo(predicted.at("/0/probability").asDouble(), within(1e-6));
    }

    @Test
    void shouldAskTheInstancesOnceHoweverMuchIsAskedAndAgainForAlternatives() throws Exception {
        int before = served.model.roundTrips();
        served.post("/v1/score", "{\"text\": \"the jury said. Students opened.\", \"source\": \"court\"}");
        assertThat(served.model.roundTrips()).isEqualTo(before + 1);
        served.post("/v1/rank", "{\"candidates\": [\"the jury\", \"the books\", \"their minds\"]}");
        assertThat(served.model.roundTrips()).isEqualTo(before + 2);
        served.post(
                "/v1/score",
                "{\"text\": \"the jury said. Students opened.\", \"alternatives\": 3, \"source\": \"court\"}");
        assertThat(served.model.roundTrips())
                .as("the counts are asked for proposals, then each owner for all of them")
                .isEqualTo(before + 5);
    }

    @Test
    void shouldRankCandidatesByTheirProbabilityAfterTheContext() throws Exception {
        JsonNode ranked = served.post(
                        "/v1/rank",
                        "{\"context\": \"students opened their\", \"candidates\": [\"jury\", \"books and read the rules\","
                                + " \"minds on friday\"]}")
                .get("ranked");

        assertThat(ranked).hasSize(3);
        assertThat(ranked.at("/2/candidate").asText()).isEqualTo("jury");
        double share = 0;
        double last = -1;
        for (JsonNode one : ranked) {
            share += one.get("share").asDouble();
            assertThat(one.get("bits").asDouble()).isGreaterThanOrEqualTo(last);
            last = one.get("bits").asDouble();
        }
        assertThat(share).isCloseTo(1, within(1e-9));
        double whole = served.model.bits(
                List.of(List.of("students", "opened", "their", "minds", "on", "friday")), Optional.empty());
        JsonNode minds = ranked.at("/0/candidate").asText().startsWith("minds") ? ranked.get(0) : ranked.get(1);
        JsonNode context = served.post(
                "/v1/score", "{\"text\": [[\"students\", \"opened\", \"their\", \"minds\", \"on\", \"friday\"]]}");
        double prefix = 0;
        for (int i = 0; i < 3; i++) {
            prefix += context.at("/tokens/" + i + "/bits/mixture").asDouble();
        }
        assertThat(minds.get("bits").asDouble()).isCloseTo(whole - prefix, within(1e-4));
    }

    @Test
    void shouldRankSourcesByHowLikelyTheyWroteIt() throws Exception {
        JsonNode ranked = served.post(
                        "/v1/rank",
                        "{\"text\": \"students opened their minds on friday\", \"sources\": [\"nobody\", \"court\"]}")
                .get("ranked");

        assertThat(ranked.at("/0/source").asText()).isEqualTo("court");
        assertThat(ranked.at("/0/source_known").asBoolean()).isTrue();
        assertThat(ranked.at("/1/source_known").asBoolean()).isFalse();
    }

    @Test
    void shouldPredictFromEveryModelThatThereIs() throws Exception {
        JsonNode mixture = served.get("/v1/predict?context=students+opened&k=3");
        assertThat(mixture.get("model").asText()).isEqualTo("mixture");
        assertThat(mixture.at("/next/0/word").asText()).isEqualTo("their");
        JsonNode counts = served.post("/v1/predict", "{\"text\": \"students opened\", \"model\": \"ngram\"}");
        assertThat(counts.get("model").asText()).isEqualTo("kneser-ney-3");
        assertThat(counts.at("/next/0/word").asText()).isEqualTo("their");
        assertThat(served.problem("GET", "/v1/predict?context=a&model=oracle", "", 422)
                        .get("detail")
                        .asText())
                .contains("oracle")
                .contains("mixture");
        served.problem("GET", "/v1/predict?context=a&model=network", "", 503);
    }

    @Test
    void shouldTeachNothingHoweverOftenItIsAsked() throws Exception {
        long before = served.model.count("students", "opened", "their");
        String asked = "{\"text\": \"students opened their xylophone\", \"alternatives\": 2}";
        JsonNode first = served.post("/v1/score", asked);
        for (int i = 0; i < 5; i++) {
            served.post("/v1/score", "{\"text\": \"students opened their xylophone\", \"source\": \"court\"}");
            served.post("/v1/rank", "{\"candidates\": [\"xylophone\"]}");
            served.get("/v1/predict?context=students+opened+their");
            served.get("/v1/generate?prompt=students&seed=" + i);
            served.get("/v1/next?context=xylophone");
        }
        assertThat(served.model.count("students", "opened", "their")).isEqualTo(before);
        assertThat(served.model.count("xylophone")).isZero();
        assertThat(served.post("/v1/score", asked)).isEqualTo(first);
    }

    @Test
    void shouldAnswerNothingFromHalfOfTheModel() throws Exception {
        served.model.leave();
        try {
            for (String path : List.of("/v1/score", "/v1/rank", "/v1/predict")) {
                String body = path.equals("/v1/rank") ? "{\"candidates\": [\"a\"]}" : "{\"text\": \"a\"}";
                var response = served.send("POST", path, body);
                assertThat(response.statusCode()).as(path).isEqualTo(503);
                assertThat(response.headers().firstValue("Retry-After")).isPresent();
                assertThat(response.body()).contains("shard-unavailable");
            }
        } finally {
            served.model.comeBack();
        }
    }

    @Test
    void shouldSayWhatIsWrongWithAQuestion() throws Exception {
        assertThat(detail("/v1/score", "{\"txt\": \"a\"}", 400)).contains("txt").contains("text");
        assertThat(detail("/v1/score", "{\"text\": ", 400)).contains("JSON");
        assertThat(detail("/v1/score", "[1]", 400)).contains("object");
        assertThat(detail("/v1/score", "{\"text\": 7}", 400)).contains("text");
        assertThat(detail("/v1/score", "{}", 400)).contains("text").contains("tokens");
        assertThat(detail("/v1/score", "{\"text\": \"a\", \"alternatives\": 1000}", 422))
                .contains("1000");
        assertThat(detail("/v1/score", "{\"text\": [[\"a\", \"</s>\"]]}", 422)).contains("</s>");
        assertThat(detail("/v1/score", "{\"text\": [[\"\\ud800\"]]}", 422)).contains("surrogate");
        assertThat(detail("/v1/rank", "{\"candidates\": []}", 422)).contains("empty");
    }

    private static String detail(String path, String body, int status) throws Exception {
        return served.problem("POST", path, body, status).get("detail").asText();
    }

    private static List<String> words(JsonNode tokens) {
        List<String> words = new ArrayList<>();
        tokens.forEach(token -> words.add(token.get("word").asText()));
        return words;
    }
}
