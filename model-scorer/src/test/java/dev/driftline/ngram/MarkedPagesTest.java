package dev.driftline.ngram;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.codec.Varints;
import dev.driftline.pages.CacheUnit;
import dev.driftline.pages.HeapPageStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pages from which something may be forgotten, as they are written and as 0.6.0 wrote them. */
class MarkedPagesTest {

    private static final int ORDER = 5;

    @ParameterizedTest
    @CsvSource({"0, 48, 3", "1, 0, 4", "2, 0, 5"})
    void shouldReadWhatItWritesInAsManyBytesAsItSays(int base, int first, long seed) {
        Random random = new Random(seed);
        Varints.Writer page = new Varints.Writer(64);
        List<String> written = new ArrayList<>();
        List<String> forgotten = new ArrayList<>();
        int bytes = 0;
        for (int number = 0; number < 2_000; number++) {
            boolean isFull = random.nextInt(3) == 0;
            int length = isFull ? ORDER - 1 : base + 1 + random.nextInt(ORDER - 2 - base);
            int[] context = new int[ORDER];
            for (int d = base + 1; d <= length; d++) {
                context[d] = 2 + random.nextInt(1 << 1 + random.nextInt(18));
            }
            if (base == 0) {
                context[1] = first + random.nextInt(16);
            }
            // No two of one n-gram, and none in a context of another: each stays as it is.
            int word = 100 + number;
            long count = 1 + (random.nextInt(3) == 0 ? 0 : random.nextLong(1L << 1 + random.nextInt(30)));
            long left = isFull ? 0 : 1 + random.nextLong(Math.min(count, 1 << 20));
            boolean used = isFull && random.nextBoolean();
            int before = page.size();
            PackedTuples.writeMarked(base, context, length, word, count, left, used, page);
            assertThat(page.size() - before).isEqualTo(PackedTuples.bytes(base, context, length, word, count, left));
            written.add(line(context, base, length, word, count, left, used));
            if (random.nextInt(4) == 0) {
                long mass = 1 + random.nextInt(500);
                PackedTuples.writeMarked(base, context, length, HeldVisitor.FORGOTTEN, mass, 1, false, page);
            }
            bytes += page.size() - before;
        }
        assertThat(bytes).isEqualTo(page.size());
        ContextTrie read = new ContextTrie(ORDER, base, new CacheUnit.Budget());
        PackedTuples packed = new PackedTuples(ORDER, base, first, page.toByteArray(), 0, PackedTuples.Form.MARKED);
        packed.decode(read);
        List<String> found = new ArrayList<>();
        read.held((context, length, word, count, left, used) -> (word == HeldVisitor.FORGOTTEN ? forgotten : found)
                .add(line(context, base, length, word, count, left, used)));
        assertThat(found).containsExactlyInAnyOrderElementsOf(written);
        assertThat(forgotten).isNotEmpty();
        assertThat(packed.tuples()).isEqualTo(written.size());
    }

    private static String line(int[] context, int base, int length, int word, long count, long left, boolean used) {
        return Arrays.toString(Arrays.copyOfRange(context, base + 1, length + 1)) + " " + word + " " + count + " "
                + left + " " + (used && count > 1);
    }

    /** {@code bounded-0.6.0.tsv.gz}: a line a page, key and value in hexadecimal; then what 0.6.0 said is held in them. */
    @Test
    void shouldReadAStateWithABoundOfBeforeAndHoldItInFewerBytes() throws IOException {
        HeapPageStore pages = new HeapPageStore();
        List<String> expected = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(MarkedPagesTest.class.getResourceAsStream("/ngram-pages/bounded-0.6.0.tsv.gz")),
                StandardCharsets.UTF_8))) {
            for (String line : lines.lines().toList()) {
                int tab = line.indexOf('\t');
                if (tab < 0) {
                    expected.add(line);
                } else {
                    pages.put(
                            HexFormat.of().parseHex(line.substring(0, tab)),
                            HexFormat.of().parseHex(line.substring(tab + 1)));
                }
            }
        }
        NgramCounts counts = new NgramCounts(4, pages, 1 << 22, 1 << 20, new Forgetting(0, 900, 0));
        counts.load();
        assertThat(held(counts)).containsExactlyInAnyOrderElementsOf(expected);
        // 0.6.0 said 3,203 bytes.
        assertThat(counts.held().ngrams()).isEqualTo(894);
        assertThat(counts.held().bytes()).isBetween(2_000L, 2_800L);
        assertThat(counts.forgotten()).isEqualTo(new StateSize(3_485, 13_624, 0));

        int[] context = {0, 5, 4, 3, 0};
        for (int word = 2; word < 60; word++) {
            counts.learn(context, 3, word);
            counts.endDocument(1);
            context[1] = word;
        }
        counts.writeBack();
        List<String> after = held(counts);
        counts.forget();
        counts.load();
        assertThat(held(counts)).isEqualTo(after);
        assertThat(counts.measured()).isEqualTo(counts.held());
        assertThat(counts.held().ngrams()).isLessThanOrEqualTo(900);
        TreeSet<Integer> forms = new TreeSet<>(Comparator.naturalOrder());
        pages.scan(new byte[] {'b'}, (key, value) -> forms.add((int) value[0]));
        assertThat(forms).contains(3);
    }

    @Test
    void shouldSayWhatAStateWithoutABoundStores() {
        HeapPageStore pages = new HeapPageStore();
        NgramCounts plain = new NgramCounts(ORDER, pages, 1 << 24, 1 << 20);
        NgramCounts bounded =
                new NgramCounts(ORDER, new HeapPageStore(), 1 << 24, 1 << 20, new Forgetting(1L << 40, 0, 0));
        for (NgramCounts counts : List.of(plain, bounded)) {
            counts.load();
            Random random = new Random(8);
            int[] context = new int[ORDER];
            for (int number = 0; number < 6_000; number++) {
                byte[] word = ("w" + (int) (300 * Math.pow(random.nextDouble(), 3))).getBytes(StandardCharsets.UTF_8);
                int hash = NgramCounts.hash(word, 0, word.length);
                int known = counts.find(word, 0, word.length, hash);
                int id = known >= 0 ? known : counts.learnWord(word, 0, word.length, hash);
                int length = Math.min(number % 20 + 1, ORDER - 1);
                counts.learn(context, length, id);
                System.arraycopy(context, 1, context, 2, ORDER - 2);
                context[1] = number % 20 == 19 ? NgramCounts.BOS : id;
            }
            counts.writeBack();
        }
        int[] stored = new int[2];
        for (byte family : new byte[] {'b', 'f', 't'}) {
            pages.scan(new byte[] {family}, (key, value) -> {
                stored[0] += value.length;
                stored[1]++;
            });
        }
        long bytes = plain.bytesWithoutMarks();
        assertThat(bounded.bytesWithoutMarks()).isEqualTo(bytes);
        // Each page begins with up to six bytes of its own.
        assertThat(stored[0] - bytes).isBetween((long) stored[1], stored[1] * 6L);
        assertThat(bounded.held().bytes()).isLessThan(bytes);
        assertThat(plain.held().bytes()).isZero();
    }

    private static List<String> held(NgramCounts counts) {
        List<String> held = new ArrayList<>();
        counts.heldEverywhere((context, length, word, count, left, used) ->
                held.add(line(context, 0, length, word, count, left, used)));
        held.sort(null);
        return held;
    }
}
