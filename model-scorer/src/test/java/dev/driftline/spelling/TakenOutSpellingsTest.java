package dev.driftline.spelling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.pages.HeapPageStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TakenOutSpellingsTest {

    private static final byte[] PREFIX = {'s'};

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldBeTheModelThatNeverLearnedThemWhateverTheOrder(int seed) {
        Random random = new Random(seed);
        HeapPageStore pages = new HeapPageStore();
        SpellingModel model = new SpellingModel(pages, PREFIX, seed % 2 == 0 ? 0 : 1 << 22);
        Set<String> held = new TreeSet<>();
        List<String> other = new ArrayList<>();
        for (int step = 0; step < 400; step++) {
            String word = word(random);
            if (!held.isEmpty() && random.nextInt(5) < 2) {
                word = other.get(random.nextInt(other.size()));
                if (held.remove(word)) {
                    assertThat(model.unlearn(word)).isTrue();
                }
            } else if (held.add(word)) {
                other.add(word);
                if (random.nextBoolean()) {
                    model.learn(word);
                } else {
                    model.bitsWithinDocument(word);
                    model.endDocument(true);
                }
            }
            if (random.nextInt(40) == 0) {
                model.writeBack();
                if (random.nextBoolean()) {
                    model.forget();
                }
            }
        }
        assertSame(model, held, random);
        List<String> rest = new ArrayList<>(held);
        Collections.shuffle(rest, random);
        rest.forEach(word -> assertThat(model.unlearn(word)).isTrue());
        assertSame(model, Set.of(), random);
        assertThat(model.contexts()).isZero();
    }

    @Test
    void shouldSayThatItDoesNotHaveAWordAndChangeNothing() {
        SpellingModel model = new SpellingModel(new HeapPageStore(), PREFIX, 1 << 20);
        assertThat(model.unlearn("house")).isFalse();
        Set<String> held = Set.of("house", "mouse", "houses");
        held.forEach(model::learn);
        for (String word : List.of("hous", "", "x", "housesx", "語")) {
            assertThat(model.unlearn(word)).as(word).isFalse();
        }
        assertSame(model, held, new Random(1));
    }

    @Test
    void shouldRefuseWhileADocumentIsUnderWay() {
        SpellingModel model = new SpellingModel(new HeapPageStore(), PREFIX, 1 << 20);
        model.learn("house");
        model.bitsWithinDocument("mouse");
        assertThatThrownBy(() -> model.unlearn("house")).isInstanceOf(IllegalStateException.class);
        model.endDocument(false);
        assertThat(model.unlearn("house")).isTrue();
        assertThat(model.contexts()).isZero();
    }

    /** As a state of a version that stored no contexts: the list is counted behind the documents. */
    @Test
    void shouldTakeOutAWordThatHasStillToBeCountedAfterAStart() {
        HeapPageStore pages = new HeapPageStore();
        SpellingPages list = new SpellingPages(pages, PREFIX);
        Set<String> held = new TreeSet<>();
        Random random = new Random(5);
        List<String> last = new ArrayList<>();
        while (held.size() < 20_000) {
            String word = word(random);
            if (held.add(word)) {
                list.append(word);
                last.add(word);
            }
        }
        list.writeBack();
        SpellingModel model = new SpellingModel(pages, PREFIX, 1 << 22);
        for (int i = 0; i < 300; i++) {
            String word = last.get(19_999 - i * 60);
            held.remove(word);
            assertThat(model.unlearn(word)).isTrue();
        }
        assertThat(visited(model)).isEqualTo(held);
        model.writeBack();
        model.forget();
        for (int document = 0; document < 3; document++) {
            model.endDocument(false);
        }
        assertSame(model, held, random);
    }

    @Test
    void shouldReplayWhatWasTakenOutSinceTheContextsWereStored() {
        HeapPageStore pages = new HeapPageStore();
        SpellingModel model = new SpellingModel(pages, PREFIX, 1 << 24);
        Set<String> held = new TreeSet<>();
        Random random = new Random(6);
        List<String> words = new ArrayList<>();
        while (held.size() < 9_000) {
            String word = word(random);
            if (held.add(word)) {
                words.add(word);
                model.learn(word);
            }
        }
        model.writeBack();
        for (int i = 0; i < 9_000; i += 3) {
            held.remove(words.get(i));
            assertThat(model.unlearn(words.get(i))).isTrue();
        }
        // The list alone: the contexts are those of before.
        model.writeBack();
        model.forget();
        assertSame(model, held, random);
        for (int i = 0; i < 9_000; i += 6) {
            held.add(words.get(i));
            model.learn(words.get(i));
        }
        model.writeBack();
        SpellingModel again = new SpellingModel(pages, PREFIX, 1 << 24);
        assertSame(again, held, random);
    }

    @Test
    void shouldNotGrowHoweverOftenTheSameWordsComeAndGo() {
        HeapPageStore pages = new HeapPageStore();
        SpellingModel model = new SpellingModel(pages, PREFIX, 1 << 22);
        Random random = new Random(7);
        Set<String> held = new TreeSet<>();
        while (held.size() < 500) {
            held.add(word(random));
        }
        held.forEach(model::learn);
        List<String> words = new ArrayList<>(held);
        long early = 0;
        for (int round = 0; round < 120; round++) {
            Collections.shuffle(words, random);
            for (String word : words) {
                assertThat(model.unlearn(word)).isTrue();
                if (random.nextInt(10) == 0) {
                    model.learn(word);
                    model.unlearn(word);
                }
            }
            words.forEach(model::learn);
            model.writeBack();
            if (round == 30) {
                early = bytes(pages);
            }
            if (round % 20 == 19) {
                model.forget();
            }
        }
        assertThat(bytes(pages)).isLessThan(early * 5 / 4 + 50_000);
        assertThat(bytes(pages)).isLessThan(500_000);
        assertSame(model, held, random);
    }

    private static long bytes(HeapPageStore pages) {
        long[] bytes = {0};
        pages.scan(PREFIX, (key, value) -> bytes[0] += key.length + value.length);
        return bytes[0];
    }

    /** Past what a context counts nothing is exact; the model stays one of distributions. */
    @Test
    void shouldSumToOneWhenWordsAreTakenOutOfContextsThatAreFull() {
        SpellingModel model = new SpellingModel(new HeapPageStore(), PREFIX, 1 << 20);
        model.seeAtMost(40);
        for (int i = 1; i < 200; i++) {
            model.learn("-".repeat(i) + (char) ('a' + i % 26));
        }
        for (int i = 1; i < 200; i += 2) {
            model.unlearn("-".repeat(i) + (char) ('a' + i % 26));
        }
        for (String beginning : List.of("", "-", "---------", "--a", "x")) {
            double sum = 0;
            for (int symbol = 0; symbol <= SpellingModel.END; symbol++) {
                sum += model.probability(beginning, symbol);
            }
            assertThat(Math.abs(sum - 1)).as("after '%s'", beginning).isLessThan(1e-9);
        }
    }

    private static Set<String> visited(SpellingModel model) {
        Set<String> visited = new TreeSet<>();
        int[] visits = {0};
        model.visitWords(word -> {
            visited.add(word);
            visits[0]++;
        });
        assertThat(visits[0]).isEqualTo(visited.size());
        return visited;
    }

    private static void assertSame(SpellingModel model, Set<String> held, Random random) {
        List<String> order = new ArrayList<>(held);
        Collections.shuffle(order, random);
        SpellingModel expected = new SpellingModel(new HeapPageStore(), PREFIX, 1 << 26);
        order.forEach(expected::learn);
        assertThat(model.words()).isEqualTo(held.size());
        assertThat(model.contexts()).isEqualTo(expected.contexts());
        assertThat(visited(model)).isEqualTo(held);
        for (int i = 0; i < 300; i++) {
            String word = i < order.size() && i % 2 == 0 ? order.get(i) : word(random);
            assertThat(model.bits(word)).as(word).isEqualTo(expected.bits(word));
        }
        for (int symbol = 0; symbol < 0x5300; symbol += symbol < 128 ? 1 : 97) {
            assertThat(model.probability("", symbol)).isEqualTo(expected.probability("", symbol));
        }
    }

    private static String word(Random random) {
        StringBuilder word = new StringBuilder();
        int length = random.nextInt(20) == 0 ? 70 : 1 + random.nextInt(9);
        for (int i = 0; i < length; i++) {
            word.appendCodePoint(random.nextInt(50) == 0 ? 0x4E00 + random.nextInt(900) : 'a' + random.nextInt(6));
        }
        return word.toString();
    }
}
