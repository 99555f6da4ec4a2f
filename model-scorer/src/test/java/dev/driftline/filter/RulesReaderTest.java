package dev.driftline.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RulesReaderTest {

    private static final Set<String> TAKEN = Set.of("documents.v1", "scores.v1");

    @Test
    void shouldReadEverythingThatAFileMaySay() {
        FilterRules rules = parse("""
            // Comments are allowed.
            {
              "rules": [
                {"name": "foreign", "if": {"unknown_rate": "> 25 %"}, "to": "review.v1"},
                {"name": "odd",
                 "if": {"source": ["news*", "b?og"], "attribute.language": "en", "tokens": [">= 20", "< 500"],
                        "perplexity(lstm)": "> 300", "percentile": ">= 95.5"},
                 "to": "drop"},
                {"name": "fine", "if": {"bits_per_character": "<= 2"}, "to": "keep"}
              ],
              "otherwise": "rest.v1",
              "keep": "good.v1",
              "percentile": {"of": "bits_per_character", "minimum": 5, "window": 50}
            }
            """);

        assertThat(rules.rules()).extracting(Rule::name).containsExactly("foreign", "odd", "fine");
        assertThat(rules.rules()).extracting(Rule::line).containsExactly(4, 5, 9);
        assertThat(rules.rules())
                .extracting(Rule::inWords)
                .containsExactly(
                        "share of unknown words above 25 %",
                        "the source is like 'news*' or like 'b?og', and the attribute 'language' is 'en', and tokens"
                                + " at least 20, and tokens below 500, and perplexity of lstm above 300, and percentile"
                                + " within the source at least 95.5",
                        "bits per character at most 2");
        assertThat(rules.rules())
                .extracting(Rule::target)
                .containsExactly(new Target.ToTopic("review.v1"), new Target.Drop(), new Target.Keep());
        assertThat(rules.otherwise()).isEqualTo(new Target.ToTopic("rest.v1"));
        assertThat(rules.topics()).containsExactly("good.v1", "rest.v1", "review.v1");
        assertThat(rules.compareWithSource()).isTrue();
        assertThat(rules.percentile()).isEqualTo(new PercentileSettings(Measure.named("bits_per_character"), 5, 50));
    }

    @Test
    void shouldKeepWhatNoRuleMatchesUnlessTold() {
        FilterRules rules = parse("""
            {"rules": [{"name": "a", "if": {"tokens": "< 3"}, "to": "drop"}]}\
            """);

        assertThat(rules.otherwise()).isEqualTo(new Target.Keep());
        assertThat(rules.topics()).containsExactly("kept.v1");
        assertThat(rules.compareWithSource()).isFalse();
        assertThat(rules.percentile()).isEqualTo(PercentileSettings.DEFAULT);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                // a rule on line 3 | what is said of it
                "{\"name\": \"a\", \"if\": {\"tokens\": \"three\"}, \"to\": \"drop\"} | line 3: \"tokens\": \"three\""
                        + " is not a comparison: write >",
                "{\"name\": \"a\", \"if\": {\"tokens\": 3}, \"to\": \"drop\"} | line 3: \"tokens\" must be a"
                        + " comparison, such as \"> 95\"",
                "{\"name\": \"a\", \"if\": {\"percentile\": \"> 101\"}, \"to\": \"drop\"} | line 3: \"percentile\":"
                        + " \"> 101\": must be from 0 to 100",
                "{\"name\": \"a\", \"if\": {\"unknown_rate\": \"> 25\"}, \"to\": \"drop\"} | must be a share from 0 to"
                        + " 1, or a percentage such as 25 %",
                "{\"name\": \"a\", \"if\": {\"tokens\": \"> 5 %\"}, \"to\": \"drop\"} | leave the % out",
                "{\"name\": \"a\", \"if\": {\"tokens\": \"> -5\"}, \"to\": \"drop\"} | must be a number, 0 or more",
                "{\"name\": \"a\", \"if\": {\"tokens\": \"> NaN\"}, \"to\": \"drop\"} | must be a number, 0 or more",
                "{\"name\": \"a\", \"if\": {\"perplexty\": \"> 5\"}, \"to\": \"drop\"} | 'perplexty' is not a measure"
                        + " of a document: use one of bits_per_token",
                "{\"name\": \"a\", \"if\": {\"tokens(lstm)\": \"> 5\"}, \"to\": \"drop\"} | remove '(lstm)'",
                "{\"name\": \"a\", \"if\": {\"source\": 7}, \"to\": \"drop\"} | line 3: \"source\" must be a name",
                "{\"name\": \"a\", \"if\": {}, \"to\": \"drop\"} | line 3: rule 1 needs an \"if\"",
                "{\"name\": \"a\", \"if\": {\"tokens\": \"> 5\"}} | line 3: rule 1 needs a \"to\": \"keep\", \"drop\""
                        + " or the name of a topic",
                "{\"name\": \"a b\", \"if\": {\"tokens\": \"> 5\"}, \"to\": \"drop\"} | line 3: rule 1 needs a"
                        + " \"name\" of letters",
                "{\"name\": \"otherwise\", \"if\": {\"tokens\": \"> 5\"}, \"to\": \"drop\"} | and not 'otherwise'",
                "{\"name\": \"a\", \"if\": {\"tokens\": \"> 5\"}, \"to\": \"no topic\"} | line 3: 'no topic' is not"
                        + " a valid topic name",
                "{\"name\": \"a\", \"if\": {\"tokens\": \"> 5\"}, \"to\": \"documents.v1\"} | line 3: topic"
                        + " 'documents.v1' is used for something else",
                "{\"name\": \"a\", \"if\": {\"tokens\": \"> 5\"}, \"to\": \"drop\", \"too\": 1} | line 3: rule 1 has"
                        + " no \"too\": use if, name, to",
                "{\"name\": \"a\", \"name\": \"b\"} | line 3, column",
                "\"drop all\" | line 3: rule 1 must be an object, such as {\"name\"",
            })
    void shouldSayTheLineAndWhatToWriteInstead(String rule, String complaint) {
        assertThatThrownBy(() -> parse("{\n \"rules\": [\n" + rule + "\n]}"))
                .isInstanceOf(InvalidRulesException.class)
                .hasMessageStartingWith("rules.json, line 3")
                .hasMessageContaining(complaint.strip());
    }

    @Test
    void shouldSayAllThatIsWrongAtOnce() {
        assertThatThrownBy(() -> parse("""
            {"rules": [
              {"name": "a", "if": {"tokens": "many"}, "to": "drop"},
              {"name": "a", "if": {"tokens": "> 1"}, "to": "scores.v1"}],
             "percentile": {"minimum": 0, "window": "long"},
             "otherwise": 1}
            """))
                .satisfies(e -> assertThat(e.getMessage().lines())
                        .satisfiesExactlyInAnyOrder(
                                line -> assertThat(line).contains("line 2", "not a comparison"),
                                line -> assertThat(line).contains("line 3", "the rule on line 2 has the name 'a' too"),
                                line -> assertThat(line).contains("line 3", "scores.v1"),
                                line -> assertThat(line)
                                        .contains("line 4", "\"minimum\" must be a whole number from 1"),
                                line -> assertThat(line).contains("line 4", "\"window\" must be a whole number from 0"),
                                line -> assertThat(line).contains("line 5", "a target must be")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{\"rules\": []} | line 1: \"rules\" must be a list of at least one rule",
                "{} | line 1: \"rules\" must be a list of at least one rule",
                "[] | line 1: the file must be an object",
                "{\"rules\": [} | line 1, column 12: not JSON",
                "{\"rules\": [{} | (start marker at line 1, column 11)",
                "{\"rules\": [{\"name\": \"a\", \"if\": {\"tokens\": \"> 1\"}, \"to\": \"drop\"}], \"percentile\":"
                        + " {\"minimum\": 9, \"window\": 5}} | the minimum cannot be larger than the window",
                "{\"rules\": [{\"name\": \"a\", \"if\": {\"tokens\": \"> 1\"}, \"to\": \"drop\"}], \"percentile\":"
                        + " {\"of\": \"percentile\"}} | a percentile cannot be of a percentile or an excess",
                "{\"rules\": [{\"name\": \"a\", \"if\": {\"tokens\": \"> 1\"}, \"to\": \"drop\"}], \"keep\": \"drop\"}"
                        + " | cannot be called 'drop'",
            })
    void shouldRefuseAFileThatIsNotOfRules(String text, String complaint) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(InvalidRulesException.class)
                .hasMessageContaining(complaint.strip());
    }

    @Test
    void shouldNameTheModelThatIsNotThere() {
        FilterRules rules = parse("""
            {"rules": [{"name": "a", "if": {"tokens": "> 1",
              "bits_per_token(lstm)": "> 9"}, "to": "drop"}]}\
            """);

        rules.requireModels(List.of("kneser-ney-1", "lstm", "mixture"));
        assertThatThrownBy(() -> rules.requireModels(List.of("kneser-ney-1", "mixture")))
                .isInstanceOf(InvalidRulesException.class)
                .hasMessage("line 1: rule 'a' asks for bits_per_token(lstm), and there is no such model: use one of"
                        + " kneser-ney-1, mixture");
    }

    @Test
    void shouldSayWhichFileIsMissing() {
        assertThatThrownBy(() -> RulesReader.read(Path.of("no-such-rules.json"), TAKEN))
                .isInstanceOf(InvalidRulesException.class)
                .hasMessage("no such rules file: no-such-rules.json");
    }

    private static FilterRules parse(String text) {
        return RulesReader.parse("rules.json", text, TAKEN);
    }
}
