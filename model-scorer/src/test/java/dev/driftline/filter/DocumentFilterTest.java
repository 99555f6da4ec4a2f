package dev.driftline.filter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DocumentFilterTest {

    private static final DocumentFilter FILTER = filter("""
        {"rules": [
          {"name": "foreign", "if": {"unknown_rate": "> 25 %"}, "to": "review.v1"},
          {"name": "french", "if": {"attribute.language": "fr*"}, "to": "french.v1"},
          {"name": "odd", "if": {"source": ["news*", "b?og"], "percentile": "> 90"}, "to": "drop"},
          {"name": "network", "if": {"bits_per_token(lstm)": "> 9", "tokens": ">= 10"}, "to": "drop"},
          {"name": "common", "if": {"perplexity": "<= 4"}, "to": "drop"}],
         "percentile": {"minimum": 10}}
        """);

    @Test
    void shouldLetTheFirstRuleThatMatchesDecide() {
        assertThat(decide(document("news", 100, 26, 200)).rule()).isEqualTo("foreign");
        assertThat(decide(document("news", 100, 25, 200)).rule()).isEqualTo("common");
        assertThat(decide(document("news", 100, 25, 201)).rule()).isEqualTo("otherwise");
        assertThat(decide(document("news", 100, 25, 201)).target()).isEqualTo(new Target.Keep());
        assertThat(decide(document("news", 100, 26, 200)).target()).isEqualTo(new Target.ToTopic("review.v1"));
    }

    @Test
    void shouldCompareADocumentWithTheEarlierOnesOfItsSourceBeforeAddingIt() {
        SourceQuantiles news = new SourceQuantiles();
        for (int i = 0; i < 10; i++) {
            Decision decision = FILTER.decide(document("news-1", 100, 0, 500 + i), news);
            assertThat(decision.percentile()).isEmpty();
            assertThat(decision.undecided()).containsExactly("odd", "network");
            assertThat(decision.rule()).isEqualTo("otherwise");
        }

        Decision same = FILTER.decide(document("news-1", 100, 0, 504), news);
        assertThat(same.percentile()).hasValue(45);
        assertThat(same.undecided()).containsExactly("network");
        assertThat(same.rule()).isEqualTo("otherwise");
        Decision odd = FILTER.decide(document("news-1", 100, 0, 900), news);
        assertThat(odd.percentile()).hasValue(100);
        assertThat(odd.rule()).isEqualTo("odd");
        Decision oddAgain = FILTER.decide(document("news-1", 100, 0, 900), news);
        assertThat(oddAgain.percentile()).as("with the one before it").hasValue(100 * 11.5 / 12);
    }

    @Test
    void shouldMatchNamesWithWildcardsAndAttributes() {
        SourceQuantiles known = new SourceQuantiles();
        for (int i = 0; i < 10; i++) {
            known.add(5, FILTER.rules().percentile());
        }

        assertThat(FILTER.decide(document("blog", 100, 0, 900), known).rule()).isEqualTo("odd");
        assertThat(FILTER.decide(document("blogs", 100, 0, 900), known).rule()).isEqualTo("otherwise");
        assertThat(FILTER.decide(document("a.news", 100, 0, 900), known).rule()).isEqualTo("otherwise");
        ScoredDocument french =
                new ScoredDocument("blog", Map.of("language", "fr-CA"), 100, 0, 500, Map.of("mixture", 900.0), 0, 0);
        assertThat(FILTER.decide(french, known).rule()).isEqualTo("french");
    }

    @Test
    void shouldNotBeSureOfARuleOnAModelThatTookNoPart() {
        ScoredDocument without = document("mail", 100, 0, 900);
        ScoredDocument with =
                new ScoredDocument("mail", Map.of(), 100, 0, 500, Map.of("mixture", 900.0, "lstm", 950.0), 0, 0);

        assertThat(decide(without).undecided()).containsExactly("network");
        assertThat(decide(without).rule()).isEqualTo("otherwise");
        assertThat(decide(with).rule()).isEqualTo("network");
        assertThat(decide(document("mail", 5, 0, 45)).undecided())
                .as("another condition of the rule is not met, so it is decided")
                .isEmpty();
    }

    @Test
    void shouldLeaveTheSourceAloneWhereNoRuleAsksForPercentiles() {
        DocumentFilter plain = filter("""
            {"rules": [{"name": "short", "if": {"tokens": "< 3"}, "to": "drop"}]}\
            """);
        SourceQuantiles source = new SourceQuantiles();

        assertThat(plain.comparesWithSource()).isFalse();
        assertThat(plain.decide(document("mail", 2, 0, 20), source).rule()).isEqualTo("short");
        assertThat(source.documents()).isZero();
    }

    @Test
    void shouldSpellUnknownWordsOutUnlessAskedForThemAsAClass() {
        ScoredDocument document = new ScoredDocument("a", Map.of(), 10, 2, 50, Map.of("mixture", 80.0), 20, 40);

        assertThat(Measure.named("bits_per_character").of(document)).isEqualTo(2);
        assertThat(Measure.named("bits_per_token").of(document)).isEqualTo(12);
        assertThat(Measure.named("perplexity").of(document)).isEqualTo(4096);
        assertThat(Measure.named("class_bits_per_token").of(document)).isEqualTo(8);
        assertThat(Measure.named("class_perplexity").of(document)).isEqualTo(256);
        assertThat(Measure.named("unknown_rate").of(document)).isEqualTo(0.2);
        assertThat(Measure.named("characters").of(document)).isEqualTo(50);
    }

    private static Decision decide(ScoredDocument document) {
        return FILTER.decide(document, new SourceQuantiles());
    }

    private static ScoredDocument document(String source, int tokens, int unknown, double bits) {
        return new ScoredDocument(source, Map.of(), tokens, unknown, 5L * tokens, Map.of("mixture", bits), 0, 0);
    }

    private static DocumentFilter filter(String rules) {
        return new DocumentFilter(RulesReader.parse("rules.json", rules, Set.of()));
    }
}
