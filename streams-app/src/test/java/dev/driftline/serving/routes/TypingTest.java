package dev.driftline.serving.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.cli.Driftline;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A word that is being typed, on every route and command that completes it. */
class TypingTest {

    private static ServedModel served;

    @BeforeAll
    static void serve() {
        served = new ServedModel(Map.of());
    }

    @AfterAll
    static void close() {
        served.close();
    }

    private static List<String> words(JsonNode answer) {
        List<String> words = new ArrayList<>();
        answer.get("next").forEach(word -> words.add(word.get("word").asText()));
        return words;
    }

    @Test
    void shouldGiveTheWordsOfALongListThatBeginWithThePrefix() throws Exception {
        JsonNode all = served.post("/v1/predict", "{\"text\": \"the jury said\", \"k\": 1000}");
        JsonNode some = served.post("/v1/predict", "{\"text\": \"the jury said\", \"prefix\": \"o\", \"k\": 1000}");

        List<String> expected = new ArrayList<>();
        double sum =
                some.at("/unknown/probability").asDouble() + some.get("rest").asDouble();
        for (JsonNode word : all.get("next")) {
            if (word.get("word").asText().startsWith("o")) {
                JsonNode completed = some.get("next").get(expected.size());
                expected.add(word.get("word").asText());
                assertThat(completed.get("probability").asDouble())
                        .isCloseTo(word.get("probability").asDouble(), within(1e-9));
                sum += completed.get("probability").asDouble();
            }
        }
        assertThat(words(some)).isEqualTo(expected).contains("on", "opened", "of", "one");
        assertThat(some.get("prefix").asText()).isEqualTo("o");
        assertThat(some.get("unknown")).isEqualTo(all.get("unknown"));
        assertThat(sum).isCloseTo(1, within(1e-9));
        assertThat(words(served.get("/v1/next?text=the+jury+said&prefix=o&k=1000")))
                .isEqualTo(expected);
    }

    @Test
    void shouldCompleteTheEndOfATextAndSayWhatItsWordsReplace() throws Exception {
        JsonNode answer = served.post("/v1/predict", "{\"text\": \"students opened th\", \"complete\": true}");

        assertThat(answer.get("typed").asText()).isEqualTo("th");
        assertThat(answer.get("prefix").asText()).isEqualTo("th");
        assertThat(answer.at("/next/0/word").asText()).isEqualTo("their");
        assertThat(answer.at("/next/0/text").asText()).isEqualTo("their");
        JsonNode between = served.post("/v1/predict", "{\"text\": \"students opened \", \"complete\": true, \"k\": 3}");
        assertThat(between.get("typed").asText()).isEmpty();
        assertThat(between.has("prefix")).isFalse();
        assertThat(between.get("next"))
                .isEqualTo(served.post("/v1/predict", "{\"text\": \"students opened \", \"k\": 3}")
                        .get("next"));
    }

    @Test
    void shouldListNothingWhenNoKnownWordBeginsSo() throws Exception {
        JsonNode answer = served.post("/v1/predict", "{\"text\": \"the\", \"prefix\": \"xyl\"}");

        assertThat(answer.get("next")).isEmpty();
        assertThat(answer.at("/unknown/probability").asDouble()
                        + answer.get("rest").asDouble())
                .isCloseTo(1, within(1e-9));
        assertThat(answer.at("/unknown/probability").asDouble())
                .isEqualTo(served.post("/v1/predict", "{\"text\": \"the\"}")
                        .at("/unknown/probability")
                        .asDouble());
        assertThat(served.problem("POST", "/v1/generate", "{\"prompt\": \"the\", \"prefix\": \"xyl\"}", 422)
                        .get("detail")
                        .asText())
                .contains("begins with 'xyl'");
    }

    @Test
    void shouldIgnoreCaseWhereAskedTo() throws Exception {
        assertThat(words(served.post("/v1/predict", "{\"text\": \"the\", \"prefix\": \"JU\"}")))
                .isEmpty();
        assertThat(words(served.post("/v1/predict", "{\"text\": \"the\", \"prefix\": \"JU\", \"ignore_case\": true}")))
                .containsExactly("jury");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'text': 'the', 'prefix': 'New Yo'} | 422 | is not the beginning of one word",
                "{'text': 'the', 'prefix': ['a', 'b']} | 422 | is not the beginning of one word",
                "{'text': 'the', 'prefix': ' '} | 422 | is not the beginning of one word",
                "{'text': 'the', 'prefix': 'a', 'complete': true} | 422 | exclude each other",
                "{'text': ['the'], 'complete': true} | 422 | complete needs text as a string",
                "{'text': 'the', 'ignore_case': true} | 422 | ignore_case has no effect",
                "{'text': 'the', 'prefix': 7} | 400 | prefix is",
                "{'text': 'the', 'prefix': ['</s>']} | 422 | is not a valid word",
            })
    void shouldRefuseAPrefixThatIsNotTheBeginningOfAWord(String asked, int status, String why) throws Exception {
        assertThat(served.problem("POST", "/v1/predict", asked.replace('\'', '"'), status)
                        .get("detail")
                        .asText())
                .contains(why);
    }

    @Test
    void shouldNameTheLimitWhenAPrefixIsLongerThanAWordMayBe() throws Exception {
        assertThat(served.problem("POST", "/v1/predict", "{\"prefix\": \"" + "a".repeat(1025) + "\"}", 422)
                        .get("detail")
                        .asText())
                .contains("token.max.bytes");
    }

    @Test
    void shouldBeginEachSentenceWithAWordThatBeginsSo() throws Exception {
        for (String how : List.of("", ", \"beam\": 4", ", \"temperature\": 0", ", \"model\": \"ngram\"")) {
            JsonNode answer = served.post(
                    "/v1/generate",
                    "{\"prompt\": \"the jury said\", \"prefix\": \"th\", \"sentences\": 3, \"words\": 4" + how + "}");
            assertThat(answer.get("sentences"))
                    .as(how)
                    .hasSize(3)
                    .allSatisfy(sentence -> assertThat(sentence.get(0).asText()).startsWith("th"));
        }
    }

    @Test
    void shouldCompleteTheSameByCommand() throws Exception {
        StringWriter out = new StringWriter();
        int status = Driftline.execute(
                new PrintWriter(out, true),
                new PrintWriter(new StringWriter()),
                "generate",
                "--instance",
                served.server.address(),
                "--prompt",
                "the jury said",
                "--prefix",
                "o",
                "--next",
                "3",
                "--json");

        assertThat(status).isZero();
        assertThat(words(new ObjectMapper().readTree(out.toString())))
                .isEqualTo(words(
                        served.post("/v1/predict", "{\"text\": \"the jury said\", \"prefix\": \"o\", \"k\": 3}")));
    }
}
