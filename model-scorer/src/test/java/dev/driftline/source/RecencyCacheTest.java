package dev.driftline.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.mixture.MixtureSettings;
import dev.driftline.mixture.SourceMemory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecencyCacheTest {

    /** Windows so short that documents are longer and shorter than each. */
    private static final MixtureSettings.Caches SHORT = new MixtureSettings.Caches(20, 5, 0.4, 60, 0.6);

    private record Token(String word, boolean unknown) {
        String event() {
            return unknown ? "<unk>" : word;
        }
    }

    /** The definition, counted anew each time. */
    private static final class SlowCache {
        private final MixtureSettings.Caches settings;
        private final List<Token> tokens = new ArrayList<>();

        SlowCache(MixtureSettings.Caches settings) {
            this.settings = settings;
        }

        String context(int at) {
            return at == 0 || tokens.get(at - 1).word().equals("</s>")
                    ? "<s>"
                    : tokens.get(at - 1).word();
        }

        private double share(String event, int window) {
            int from = Math.max(0, tokens.size() - window);
            long count = tokens.subList(from, tokens.size()).stream()
                    .filter(token -> token.event().equals(event))
                    .count();
            return (double) count / (tokens.size() - from);
        }

        double unigram(String event) {
            return (1 - settings.recentShare()) * share(event, settings.unigramWindow())
                    + settings.recentShare() * share(event, settings.recentWindow());
        }

        double bigram(String event) {
            String context = context(tokens.size());
            Set<String> types = new HashSet<>();
            int total = 0;
            int count = 0;
            for (int at = Math.max(0, tokens.size() - settings.bigramWindow()); at < tokens.size(); at++) {
                if (context(at).equals(context)) {
                    total++;
                    types.add(tokens.get(at).event());
                    count += tokens.get(at).event().equals(event) ? 1 : 0;
                }
            }
            if (total == 0) {
                return unigram(event);
            }
            double discount = settings.bigramDiscount();
            return (Math.max(count - discount, 0) + discount * types.size() * unigram(event)) / total;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldAgreeWithASlowCacheThroughLearningAndTakingBack(long seed) {
        Random random = new Random(seed);
        RecencyCache cache = new RecencyCache(SHORT);
        SlowCache slow = new SlowCache(SHORT);
        for (int document = 0; document < 60; document++) {
            boolean learn = random.nextInt(3) > 0;
            List<Token> before = List.copyOf(slow.tokens);
            long start = cache.next();
            List<Token> tokens = document(random);
            cache.reserve(tokens.size(), !learn);
            Map<String, Integer> numbers = new HashMap<>();
            for (Token token : tokens) {
                numbers.computeIfAbsent(token.word(), word -> number(word, cache));
            }
            for (Token token : tokens) {
                if (!slow.tokens.isEmpty()) {
                    int event = token.unknown() ? SourceMemory.UNKNOWN : numbers.get(token.word());
                    cache.look(event);
                    assertThat(cache.unigram()).isCloseTo(slow.unigram(token.event()), within(1e-12));
                    assertThat(cache.bigram()).isCloseTo(slow.bigram(token.event()), within(1e-12));
                }
                cache.push(numbers.get(token.word()), token.unknown());
                slow.tokens.add(token);
            }
            if (!learn) {
                cache.undo(start);
                slow.tokens.clear();
                slow.tokens.addAll(before);
            }
            cache.endDocument();
            shouldKeepOnlyTheWordsOfTheWindow(cache, slow);
        }
    }

    private static void shouldKeepOnlyTheWordsOfTheWindow(RecencyCache cache, SlowCache slow) {
        int size = slow.tokens.size();
        Set<String> words = new HashSet<>();
        for (int at = Math.max(0, size - SHORT.bigramWindow() - 1); at < size; at++) {
            words.add(slow.tokens.get(at).word());
        }
        words.remove("</s>");
        assertThat(cache.words()).isBetween(words.size() - 1, words.size());
    }

    /** What is left is what a cache would hold that had never had the document, but for what it had pushed out. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldHoldWhatOthersLeftWhenADocumentIsTakenOut(long seed) {
        Random random = new Random(seed);
        int taken = 0;
        for (int round = 0; round < 150; round++) {
            RecencyCache cache = new RecencyCache(SHORT);
            List<List<Token>> documents = new ArrayList<>();
            for (int document = 1 + random.nextInt(8); document > 0; document--) {
                List<Token> tokens = document(random);
                documents.add(tokens);
                push(tokens, cache);
            }
            int held = (int) (cache.next() - cache.oldest());
            List<Token> gone = documents.remove(random.nextInt(documents.size()));
            int removed = remove(gone, cache);
            int all = documents.stream().mapToInt(List::size).sum() + gone.size();

            assertThat(removed).isLessThanOrEqualTo(gone.size());
            if (all <= SHORT.bigramWindow()) {
                assertThat(removed).isEqualTo(gone.size());
                RecencyCache fresh = new RecencyCache(SHORT);
                // The newest of equal runs goes, so the others are those of the same words, if not the same documents.
                List<Token> left = new ArrayList<>();
                for (long at = cache.oldest(); at < cache.next(); at++) {
                    int word = cache.token(at) >>> 1;
                    left.add(new Token(
                            word == SourceMemory.END_OF_SENTENCE ? "</s>" : cache.heldWord(word),
                            (cache.token(at) & 1) == 1));
                }
                assertThat(left.stream().map(Token::word).sorted().toList())
                        .isEqualTo(documents.stream()
                                .flatMap(List::stream)
                                .map(Token::word)
                                .sorted()
                                .toList());
                push(left, fresh);
                assertSame(cache, fresh);
            }
            assertThat(cache.next() - cache.oldest()).isBetween(0L, (long) held - removed);
            taken += removed;
            for (int more = 0; more < 4; more++) {
                push(document(random), cache);
            }
            assertThat(remove(List.of(new Token("never", false), new Token("</s>", false)), cache))
                    .isLessThanOrEqualTo(1);
        }
        assertThat(taken).isPositive();
    }

    private static void push(List<Token> tokens, RecencyCache cache) {
        cache.reserve(tokens.size(), false);
        List<Integer> numbers =
                tokens.stream().map(token -> number(token.word(), cache)).toList();
        for (int i = 0; i < tokens.size(); i++) {
            cache.push(numbers.get(i), tokens.get(i).unknown());
        }
        cache.endDocument();
    }

    private static int remove(List<Token> tokens, RecencyCache cache) {
        return cache.remove(tokens.stream()
                .mapToInt(
                        token -> token.word().equals("</s>") ? SourceMemory.END_OF_SENTENCE : cache.find(token.word()))
                .toArray());
    }

    private static void assertSame(RecencyCache cache, RecencyCache fresh) {
        assertThat(cache.words()).isEqualTo(fresh.words());
        for (int i = 0; i < 12; i++) {
            for (String word : List.of("w" + i, "never")) {
                cache.look(cache.find(word));
                fresh.look(fresh.find(word));
                assertThat(cache.unigram()).isEqualTo(fresh.unigram());
                assertThat(cache.bigram()).isEqualTo(fresh.bigram());
            }
            assertThat(cache.followers(cache.find("w" + i))).isEqualTo(fresh.followers(fresh.find("w" + i)));
            assertThat(cache.followerTypes(cache.find("w" + i))).isEqualTo(fresh.followerTypes(fresh.find("w" + i)));
        }
    }

    @Test
    void shouldSumToOneOverTheWordsOfTheWindow() {
        Random random = new Random(11);
        RecencyCache cache = new RecencyCache(SHORT);
        for (int document = 0; document < 30; document++) {
            List<Token> tokens = document(random);
            cache.reserve(tokens.size(), false);
            List<Integer> numbers =
                    tokens.stream().map(token -> number(token.word(), cache)).toList();
            for (int i = 0; i < tokens.size(); i++) {
                cache.push(numbers.get(i), tokens.get(i).unknown());
                double unigrams = 0;
                double bigrams = 0;
                for (int event = 0; event < 200; event++) {
                    if (event == SourceMemory.BEGIN_OF_SENTENCE || event > 2 && cache.word(event) == null) {
                        continue;
                    }
                    cache.look(event);
                    unigrams += cache.unigram();
                    bigrams += cache.bigram();
                }
                assertThat(unigrams).isCloseTo(1, within(1e-12));
                assertThat(bigrams).isCloseTo(1, within(1e-12));
            }
            cache.endDocument();
        }
    }

    @Test
    void shouldListFollowersNewestFirst() {
        RecencyCache cache = new RecencyCache(SHORT);
        cache.reserve(6, false);
        int a = cache.number("a");
        int b = cache.number("b");
        int c = cache.number("c");
        for (int word : new int[] {a, b, a, c, a, SourceMemory.END_OF_SENTENCE}) {
            cache.push(word, false);
        }
        List<Integer> followers = new ArrayList<>();
        for (long at = cache.newestAfter(a); at >= 0; at = cache.previousAfter(at)) {
            followers.add(cache.token(at) >>> 1);
        }
        assertThat(followers).containsExactly(SourceMemory.END_OF_SENTENCE, c, b);
    }

    @Test
    void shouldFindWordsAfterOthersWereRemoved() {
        Random random = new Random(5);
        WordDictionary dictionary = new WordDictionary();
        Map<String, Integer> expected = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            String word = "w" + random.nextInt(300);
            if (random.nextBoolean()) {
                int id = dictionary.number(word);
                assertThat(expected.getOrDefault(word, id)).isEqualTo(id);
                expected.put(word, id);
                assertThat(dictionary.word(id)).isEqualTo(word);
            } else {
                assertThat(dictionary.find(word)).isEqualTo(expected.getOrDefault(word, -1));
                if (expected.containsKey(word)) {
                    dictionary.remove(expected.remove(word));
                }
            }
            assertThat(dictionary.size()).isEqualTo(expected.size());
        }
        assertThat(Set.copyOf(expected.values())).hasSize(expected.size());
        assertThat(dictionary.limit()).isLessThan(310);
    }

    private static int number(String word, RecencyCache cache) {
        return word.equals("</s>") ? SourceMemory.END_OF_SENTENCE : cache.number(word);
    }

    private static List<Token> document(Random random) {
        List<Token> tokens = new ArrayList<>();
        int sentences = random.nextInt(4);
        int range = random.nextInt(10) == 0 ? 100 : 12;
        for (int s = 0; s < sentences; s++) {
            int words = random.nextInt(random.nextInt(5) == 0 ? 90 : 9);
            for (int w = 0; w < words; w++) {
                // Within one document a word is either known or not.
                int word = random.nextInt(range);
                tokens.add(new Token("w" + word, (word + sentences) % 7 == 0));
            }
            tokens.add(new Token("</s>", false));
        }
        return tokens;
    }
}
