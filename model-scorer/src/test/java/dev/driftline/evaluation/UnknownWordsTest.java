package dev.driftline.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.corpus.CorpusDocument;
import dev.driftline.corpus.CorpusReader;
import dev.driftline.filter.Decision;
import dev.driftline.filter.DocumentFilter;
import dev.driftline.filter.FilterRules;
import dev.driftline.filter.RulesReader;
import dev.driftline.filter.ScoredDocument;
import dev.driftline.filter.SourceQuantiles;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.smoothing.Smoothing;
import dev.driftline.testing.junit.SharedData;
import dev.driftline.testing.junit.SmallBrown;
import dev.driftline.text.Tokenizers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The headline of a document, whatever its unknown words are. */
@Order(1)
class UnknownWordsTest {

    private static final int SEED = 11;
    /** In place of a share of the words: one of those that were seen least. */
    private static final double RAREST = 0;

    private static final double[] SHARES = {RAREST, 0.05, 0.3, 1};

    private final Random random = new Random(SEED);
    private final Map<String, Integer> seen = new HashMap<>();

    /** Ways to make up a word: from the one in its place, of any length, the same each time, alike, in another script. */
    private final Map<String, UnaryOperator<String>> made = new LinkedHashMap<>(Map.of(
            "reversed", UnknownWordsTest::reversed,
            "two letters", word -> letters(2),
            "letters", word -> letters(1 + random.nextInt(8)),
            "always one", word -> "zzq",
            "numbered", word -> "unseen" + random.nextInt(100_000),
            "digits", word -> Integer.toString(random.nextInt(100_000)),
            "Chinese", word -> Character.toString(0x4E00 + random.nextInt(20_000))));

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNeverCostLessWhenKnownWordsAreReplacedByNewOnes(boolean fixed) {
        List<CorpusDocument> documents = SmallBrown.documents().stream()
                .map(small -> new CorpusDocument(small.id(), small.source(), small.sentences(), true, Map.of()))
                .toList();
        Evaluation evaluation = evaluation(
                5, fixed ? Vocabulary.fixed(List.copyOf(SmallBrown.closedVocabulary())) : Vocabulary.growing());
        documents.forEach(document -> learn(evaluation, document));
        if (fixed) {
            seen.keySet().retainAll(SmallBrown.closedVocabulary());
        }

        documents.forEach(document -> assertThatNothingGetsCheaper(evaluation, document));
    }

    @ParameterizedTest
    @ValueSource(strings = {"brown.docs.tsv", "sotu.docs.tsv"})
    void shouldNeverCostLessInAWholeCorpus(String file) throws IOException {
        List<CorpusDocument> documents = pieces(file, 20, 150, 1000);
        Collections.shuffle(documents, random);
        Evaluation evaluation = evaluation(3);
        for (int i = 0; i < Math.min(500, documents.size()); i++) {
            if (i > 50 && i % 40 == 0) {
                assertThatNothingGetsCheaper(evaluation, documents.get(i));
            }
            learn(evaluation, documents.get(i));
        }
    }

    private void assertThatNothingGetsCheaper(Evaluation evaluation, CorpusDocument document) {
        double bits = score(evaluation, document, document.sentences()).bitsPerToken();
        made.forEach((kind, make) -> {
            for (double share : SHARES) {
                List<List<String>> replaced = replaced(document.sentences(), share, make);
                assertThat(score(evaluation, document, replaced).bitsPerToken())
                        .as("%s, %s of the words %s", document.id(), share == RAREST ? "the rarest" : share, kind)
                        .isGreaterThanOrEqualTo(bits - 1e-9);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"brown.docs.tsv", "sotu.docs.tsv"})
    void shouldRankReversedDocumentsAboveTheirOriginalsAndFilterThem(String file) throws IOException {
        List<CorpusDocument> documents = pieces(file, 130);
        documents = documents.subList(0, Math.min(2_500, documents.size()));
        Evaluation evaluation = evaluation(3);
        FilterRules rules = RulesReader.standard();
        DocumentFilter filter = new DocumentFilter(rules);
        Map<String, SourceQuantiles> quantiles = new HashMap<>();
        SourceQuantiles everyone = new SourceQuantiles();
        List<Double> originals = new ArrayList<>();
        List<Double> reversed = new ArrayList<>();
        int kept = 0;
        int dropped = 0;
        int decided = 0;
        for (int i = 0; i < documents.size(); i++) {
            CorpusDocument document = documents.get(i);
            boolean asked = i > documents.size() / 5 && i % 5 == 0;
            SourceQuantiles source = quantiles.computeIfAbsent(document.source(), name -> new SourceQuantiles());
            if (asked) {
                DocumentScore score =
                        score(evaluation, document, replaced(document.sentences(), 1, made.get("reversed")));
                reversed.add(score.bitsPerToken());
                Decision decision = filter.decide(
                        scored(document, score),
                        SourceQuantiles.decode(source.encode()),
                        SourceQuantiles.decode(everyone.encode()));
                dropped += decision.rule().equals(FilterRules.OTHERWISE) ? 0 : 1;
                decided += decision.undecided().isEmpty() ? 1 : 0;
            }
            DocumentScore score = learn(evaluation, document);
            Decision decision = filter.decide(scored(document, score), source, everyone);
            if (asked) {
                originals.add(score.bitsPerToken());
                kept += decision.rule().equals(FilterRules.OTHERWISE) ? 1 : 0;
            }
        }
        double[] sorted = originals.stream().mapToDouble(bits -> bits).sorted().toArray();
        double bound = sorted[(int) Math.ceil(0.99 * sorted.length)];
        // Not all: a table of figures is much the same from behind.
        assertThat(reversed.stream().filter(bits -> bits > bound).count())
                .isGreaterThanOrEqualTo(mostOf(reversed.size()));
        assertThat(dropped).as("of those with enough documents before them").isGreaterThanOrEqualTo(mostOf(decided));
        assertThat(decided).isEqualTo(reversed.size());
        assertThat(kept).isGreaterThanOrEqualTo(mostOf(originals.size()));
    }

    private static int mostOf(int count) {
        return (int) (0.99 * count);
    }

    /** Common misspellings in sentences that the model has not seen, of words that it has; ranked as {@code /v1/rank} does. */
    @Test
    void shouldRankMisspellingsBelowTheRightWord() throws IOException {
        Map<String, String> misspelt = misspellings();
        Map<String, List<String>> contexts = new HashMap<>();
        Evaluation evaluation = evaluation(3);
        List<CorpusDocument> documents = pieces("brown.docs.tsv", 130);
        // The other half has hardly any of them that this one has not.
        for (CorpusDocument document : documents.subList(0, documents.size() / 2)) {
            List<List<String>> learned = new ArrayList<>();
            for (List<String> sentence : document.sentences()) {
                Optional<String> word = sentence.stream()
                        .filter(right -> misspelt.containsKey(right) && !contexts.containsKey(right))
                        .filter(right -> random.nextInt(3) == 0)
                        .findFirst();
                word.ifPresentOrElse(right -> contexts.put(right, sentence), () -> learned.add(sentence));
            }
            learn(evaluation, new CorpusDocument(document.id(), document.source(), learned, true, Map.of()));
        }
        contexts.keySet().retainAll(seen.keySet());
        List<String> wrong = new ArrayList<>();
        contexts.forEach((right, sentence) -> {
            CorpusDocument document = new CorpusDocument("sentence", "reader", List.of(sentence), false, Map.of());
            List<String> other = sentence.stream()
                    .map(word -> word.equals(right) ? misspelt.get(right) : word)
                    .toList();
            if (score(evaluation, document, List.of(sentence)).bitsPerToken()
                    >= score(evaluation, document, List.of(other)).bitsPerToken()) {
                wrong.add(right);
            }
        });
        assertThat(contexts.size()).isGreaterThan(150);
        assertThat(wrong).hasSizeLessThanOrEqualTo(contexts.size() / 20);
    }

    private static Map<String, String> misspellings() throws IOException {
        Map<String, String> misspelt = new LinkedHashMap<>();
        try (InputStream in = UnknownWordsTest.class.getResourceAsStream("/misspellings/english.tsv")) {
            new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .map(line -> line.split("\t"))
                    .forEach(fields -> misspelt.put(fields[0], fields[1]));
        }
        return misspelt;
    }

    private static ScoredDocument scored(CorpusDocument document, DocumentScore score) {
        return ScoredDocument.of(document.source(), Map.of(), score, Optional.empty());
    }

    private static Evaluation evaluation(int order) {
        return evaluation(order, Vocabulary.growing());
    }

    private static Evaluation evaluation(int order, Vocabulary vocabulary) {
        return new Evaluation(
                new LocalModel(
                        new ModelSettings(order, Smoothing.KNESER_NEY, vocabulary, ModelSettings.DEFAULT_DELTA),
                        1,
                        shard -> new HeapPageStore(),
                        1L << 28),
                MixtureSettings.defaults(order, Smoothing.KNESER_NEY.label()),
                new HeapPageStore());
    }

    private DocumentScore learn(Evaluation evaluation, CorpusDocument document) {
        document.sentences().forEach(sentence -> sentence.forEach(word -> seen.merge(word, 1, Integer::sum)));
        return evaluation.add(document);
    }

    private static DocumentScore score(Evaluation evaluation, CorpusDocument document, List<List<String>> sentences) {
        return evaluation.add(new CorpusDocument(document.id(), document.source(), sentences, false, Map.of()));
    }

    /** @param share of the known words to replace, or {@link #RAREST} */
    private List<List<String>> replaced(List<List<String>> sentences, double share, UnaryOperator<String> make) {
        String rarest = sentences.stream()
                .flatMap(List::stream)
                .filter(seen::containsKey)
                .min(Comparator.comparing(seen::get))
                .orElse("");
        List<List<String>> replaced = new ArrayList<>();
        for (List<String> sentence : sentences) {
            List<String> words = new ArrayList<>();
            for (String word : sentence) {
                boolean chosen = share == RAREST ? word.equals(rarest) : random.nextDouble() < share;
                String fresh = make.apply(word);
                words.add(chosen && seen.containsKey(word) && !seen.containsKey(fresh) ? fresh : word);
            }
            replaced.add(words);
        }
        return replaced;
    }

    private static String reversed(String word) {
        return new StringBuilder(word).reverse().toString();
    }

    private String letters(int count) {
        StringBuilder letters = new StringBuilder();
        IntStream.range(0, count).forEach(i -> letters.append((char) ('a' + random.nextInt(26))));
        return letters.toString();
    }

    /** The corpus in documents of at least so many tokens, in turn. */
    private static List<CorpusDocument> pieces(String file, int... least) throws IOException {
        List<CorpusDocument> pieces = new ArrayList<>();
        try (CorpusReader reader = CorpusReader.open(SharedData.file(file))) {
            Iterator<CorpusDocument> documents = reader.documents(Tokenizers.named(Tokenizers.WHITESPACE));
            while (documents.hasNext()) {
                CorpusDocument document = documents.next();
                List<List<String>> piece = new ArrayList<>();
                int tokens = 0;
                for (List<String> sentence : document.sentences()) {
                    piece.add(sentence);
                    tokens += sentence.size() + 1;
                    if (tokens >= least[pieces.size() % least.length]) {
                        pieces.add(
                                new CorpusDocument("piece " + pieces.size(), document.source(), piece, true, Map.of()));
                        piece = new ArrayList<>();
                        tokens = 0;
                    }
                }
            }
        }
        return pieces;
    }
}
