package dev.driftline.arpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.backoff.BackoffModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ArpaReaderTest {

    private static final String SMALL = """
            \\data\\
            ngram 1=4
            ngram 2=3

            \\1-grams:
            -1.0\t<unk>
            -99\t<s>\t-0.5
            -0.5\t</s>
            -0.4\ta\t-0.3

            \\2-grams:
            -0.2\t<s> a
            -0.6\ta a
            -0.7\ta </s>

            \\end\\
            """;

    @TempDir
    private Path folder;

    @Test
    void shouldReadNumbersAndFallBackToShorterContexts() throws IOException {
        BackoffModel model = read(SMALL);

        int a = model.index("a");
        assertThat(model.order()).isEqualTo(2);
        assertThat(model.ngrams(1)).isEqualTo(4);
        assertThat(model.ngrams(2)).isEqualTo(3);
        assertThat(model.log10(model.start(), a)).isCloseTo(-0.2, within(1e-6));
        assertThat(model.log10(model.start(), BackoffModel.EOS)).isCloseTo(-1.0, within(1e-6));
        assertThat(model.log10(model.advance(model.start(), a), model.index("b")))
                .isCloseTo(-1.3, within(1e-6));
    }

    @ParameterizedTest
    @MethodSource("unusual")
    void shouldReadWhatIsUnusualButClear(String name, String text) throws IOException {
        BackoffModel model = read(text);

        assertThat(model.log10(model.start(), model.index("a"))).as(name).isCloseTo(-0.2, within(1e-6));
        assertThat(model.log10(model.advance(model.start(), model.index("a")), BackoffModel.EOS))
                .isCloseTo(-0.7, within(1e-6));
    }

    static List<String[]> unusual() {
        return List.of(
                new String[] {"CRLF", SMALL.replace("\n", "\r\n")},
                new String[] {"spaces", SMALL.replace('\t', ' ')},
                new String[] {"tabs between words", SMALL.replace(' ', '\t').replace("ngram\t", "ngram ")},
                new String[] {"blanks around", SMALL.replace("\n", "  \n  ")},
                new String[] {"blank lines", SMALL.replace("\n", "\n\n\n")},
                new String[] {"no blank lines", SMALL.replace("\n\n", "\n")},
                new String[] {"text before", "# made by hand\nngram 1=7\n\n" + SMALL},
                new String[] {"a byte order mark", "\uFEFF" + SMALL},
                new String[] {"header of IRSTLM", SMALL.replace("ngram 1=4", "ngram  1=         4")},
                new String[] {"no end mark", SMALL.replace("\\end\\\n", "")},
                new String[] {"no last line break", SMALL.strip()},
                new String[] {"text after", SMALL + "more\n"},
                new String[] {"-inf", SMALL.replace("-99\t<s>", "-inf\t<s>")},
                new String[] {"<s> of KenLM", SMALL.replace("-99\t<s>", "0\t<s>")},
                new String[] {"rounding", SMALL.replace("-99\t<s>", "0.000001\t<s>")},
                new String[] {"exponents", SMALL.replace("-0.2\t", "-2e-1\t")},
                new String[] {"many digits", SMALL.replace("-0.2\t", "-0.2000000000000000000001\t")},
                new String[] {"<UNK>", SMALL.replace("<unk>", "<UNK>")},
                new String[] {"backoff weights of 0", SMALL.replace("</s>\n-0.4", "</s>\t0\n-0.4")},
                new String[] {"backoff weights at the highest order", SMALL.replace("<s> a\n", "<s> a\t0\n")},
                new String[] {"positive backoff weights", SMALL.replace("a\t-0.3", "a\t0.3")});
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void shouldRefuseWhatIsMalformedWithLineAndCure(String text, long line, String message) throws IOException {
        assertThatThrownBy(() -> read(text))
                .isInstanceOfSatisfying(
                        ArpaFormatException.class,
                        e -> assertThat(e.line()).as(e.getMessage()).isEqualTo(line))
                .hasMessageContaining("model.arpa, line " + line + ": ")
                .hasMessageContaining(message);
    }

    static List<Object[]> malformed() {
        return List.of(
                new Object[] {"", 1, "no line \\data\\"},
                new Object[] {"hello\nworld\n", 2, "no line \\data\\"},
                new Object[] {"iARPA\n\n" + SMALL, 1, "compile-lm FILE --text=yes"},
                new Object[] {"qARPA 2\n" + SMALL, 1, "quantize-lm"},
                new Object[] {"blmt 2 4 3\n", 1, "compile-lm FILE --text=yes"},
                new Object[] {"mmap lm http://kheafield.com/code format version 5\n\0\0", 1, "build_binary"},
                new Object[] {"SRILM_BINARY_NGRAM_002\n", 1, "-write-lm"},
                new Object[] {SMALL.replace("ngram 1=4\nngram 2=3\n", ""), 3, "no line 'ngram 1=COUNT'"},
                new Object[] {SMALL.replace("ngram 1=4", "ngram 1=four"), 2, "is not like 'ngram 1=12345'"},
                new Object[] {SMALL.replace("ngram 1=4", "ngram 2=4"), 2, "in sequence from 1"},
                new Object[] {SMALL.replace("ngram 2=3", "ngram 2=-3"), 3, "is not like"},
                new Object[] {SMALL.replace("ngram 1=4", "ngram 1=5"), 11, "4 1-grams, and the header counts 5"},
                new Object[] {SMALL.replace("ngram 1=4", "ngram 1=3"), 9, "one more 1-gram than the 3"},
                new Object[] {SMALL.replace("ngram 2=3", "ngram 2=4"), 16, "3 2-grams, and the header counts 4"},
                new Object[] {SMALL.replace("ngram 2=3", "ngram 2=2"), 14, "one more 2-gram than the 2"},
                new Object[] {SMALL.replace("ngram 2=3\n", ""), 10, "where \\end\\ is expected"},
                new Object[] {SMALL.replace("ngram 2=3", "ngram 2=3\nngram 3=1"), 17, "where \\3-grams: is expected"},
                new Object[] {SMALL.replace("\\1-grams:", "\\one-grams:"), 5, "where \\1-grams: is expected"},
                new Object[] {SMALL.replace("ngram 1=4", "ngram 1=40"), 5, "40 n-grams, which cannot be in a file of 1"
                },
                new Object[] {SMALL.replace("-0.4\ta", "0.4\ta"), 9, "above 0"},
                new Object[] {SMALL.replace("-0.4\ta", "nan\ta"), 9, "'nan' is not a log10 probability"},
                new Object[] {SMALL.replace("-0.4\ta", "inf\ta"), 9, "'inf' is not a log10 probability"},
                new Object[] {SMALL.replace("-0.4\ta", "-0.4f\ta"), 9, "'-0.4f' is not a log10 probability"},
                new Object[] {SMALL.replace("-0.4\ta", "-\ta"), 9, "'-' is not a log10 probability"},
                new Object[] {SMALL.replace("a\t-0.3", "a\t-0,3"), 9, "'-0,3' is not a log10 backoff weight"},
                new Object[] {SMALL.replace("a\t-0.3", ""), 9, "has 1 fields"},
                new Object[] {SMALL.replace("a\t-0.3", "a b -0.3"), 9, "has 4 fields"},
                new Object[] {SMALL.replace("a\t-0.3", "</s>\t-0.3"), 9, "'</s>' is among the 1-grams already"},
                new Object[] {SMALL.replace("a\t-0.3", "<UNK>\t-0.3"), 9, "'<unk>' is among the 1-grams already"},
                new Object[] {SMALL.replace("a </s>", "<s> a"), 14, "'<s> a' is among the 2-grams already"},
                new Object[] {SMALL.replace("a </s>", "\n\n<s> a").replace("-0.7\t\n\n", "\n\n-0.7\t"), 16, "already"},
                new Object[] {SMALL.replace("a </s>", "a b"), 14, "the word 'b' is not among the 1-grams"},
                new Object[] {SMALL.replace("a a", "a"), 13, "has 2 fields"},
                new Object[] {
                    SMALL.replace("ngram 2=3", "ngram 2=3\nngram 3=1")
                            .replace("\\end\\", "\\3-grams:\n-1\t</s> a a\n\\end\\"),
                    18,
                    "whose first 2 words, '</s> a', are not among the 2-grams"
                },
                new Object[] {"\\data\\\n" + orders(8) + "\\1-grams:\n", 9, "at most 7-grams are read"},
                new Object[] {SMALL.substring(0, SMALL.indexOf("-0.6")), 12, "after 1 of the 3 2-grams"},
                new Object[] {SMALL.substring(0, SMALL.indexOf("\\2-grams")), 10, "cut short"},
                new Object[] {SMALL.substring(0, SMALL.indexOf("\\1-grams")), 4, "cut short"},
                new Object[] {"\\data\\\n" + "x".repeat(3 << 20), 2, "has more than 1048576 bytes"});
    }

    private static String orders(int most) {
        StringBuilder header = new StringBuilder();
        for (int n = 1; n <= most; n++) {
            header.append("ngram ").append(n).append("=1\n");
        }
        return header.toString();
    }

    @Test
    void shouldReadSevenOrders() throws IOException {
        StringBuilder text = new StringBuilder("\\data\\\n" + orders(7));
        for (int n = 1; n <= 7; n++) {
            text.append("\\")
                    .append(n)
                    .append("-grams:\n-0.")
                    .append(n)
                    .append('\t')
                    .append("a ".repeat(n))
                    .append('\n');
        }
        BackoffModel model = read(text + "\\end\\\n");

        int[] context = new int[9];
        Arrays.fill(context, model.index("a"));
        assertThat(model.log10(context, 9, context[0])).isCloseTo(-0.7, within(1e-6));
        assertThat(model.log10(context, 3, context[0])).isCloseTo(-0.4, within(1e-6));
    }

    @Test
    void shouldRefuseAWordThatIsNotUtf8() throws IOException {
        Path file = folder.resolve("model.arpa");
        Files.write(file, SMALL.replace("a\t-0.3", "gr\u00FC\u00DFe\t-0.3").getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> ArpaReader.read(file))
                .isInstanceOf(ArpaFormatException.class)
                .hasMessageContaining("line 9: ")
                .hasMessageContaining("is not UTF-8: convert the file, as in iconv");
    }

    @Test
    void shouldReadGzipAndSayWhereOneThatIsCutShortEnds() throws IOException {
        byte[] packed = gzip(SMALL);
        Path whole = Files.write(folder.resolve("whole"), packed);
        Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(packed, packed.length - 12));

        assertThat(ArpaReader.read(whole).words()).isEqualTo(4);
        assertThatThrownBy(() -> ArpaReader.read(cut))
                .isInstanceOf(ArpaFormatException.class)
                .hasMessageContaining("is cut short or damaged")
                .hasMessageContaining("copy or download it again");
    }

    @ParameterizedTest
    @CsvSource({"ngram 1=4, ngram 1=3000000000, prune", "ngram 2=3, ngram 2=2000000000, -Xmx"})
    void shouldRefuseMoreNgramsThanFitTheHeapBeforeItMakesRoom(String count, String more, String cure)
            throws IOException {
        Path file = Files.write(folder.resolve("model.arpa"), gzip(SMALL.replace(count, more)));

        assertThatThrownBy(() -> ArpaReader.read(file))
                .isInstanceOf(ArpaFormatException.class)
                .hasMessageContaining("line 5: ")
                .hasMessageContaining(cure);
    }

    @Test
    void shouldSayWhatToDoWhereTheHeapIsTooSmallAfterAll() throws IOException {
        Path file = Files.writeString(folder.resolve("model.arpa"), SMALL);
        ArpaProgress full = new ArpaProgress() {
            @Override
            public void read(int length, long done, long all) {
                throw new OutOfMemoryError("as where the words are long");
            }
        };

        assertThatThrownBy(() -> ArpaReader.read(file, full))
                .isInstanceOf(ArpaFormatException.class)
                .hasMessageContaining("does not fit into the")
                .hasMessageContaining("-Xmx");
    }

    /** Also where what is left of the last word is another word of the model. */
    @Test
    void shouldNeverReadAnotherModelFromAFileThatIsCutShort() throws IOException {
        String text = SMALL.replace("1=4", "1=5")
                .replace("-0.4\ta\t-0.3", "-0.4\ta\t-0.3\n-0.9\tab")
                .replace("-0.6\ta a", "-0.6\ta </s>")
                .replace("-0.7\ta </s>", "-0.7\ta ab");
        byte[] plain = text.getBytes(StandardCharsets.UTF_8);
        for (byte[] whole : List.of(plain, gzip(text))) {
            Path file = Files.write(folder.resolve("model.arpa"), whole);
            long fingerprint = ArpaReader.read(file).fingerprint();
            for (int length = 0; length < whole.length; length++) {
                Files.write(file, Arrays.copyOf(whole, length));
                try {
                    assertThat(ArpaReader.read(file).fingerprint())
                            .as("%d of %d bytes", length, whole.length)
                            .isEqualTo(fingerprint);
                    assertThat(whole).as("a packed file without its end").isEqualTo(plain);
                } catch (IOException e) {
                    assertThat(e).as("%d bytes", length).hasMessageContaining("model.arpa");
                }
            }
        }
    }

    @Test
    void shouldRefuseAPackedFileInWhichABitIsOther() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream stored = new GZIPOutputStream(out) {
            {
                def.setLevel(Deflater.NO_COMPRESSION);
            }
        }) {
            stored.write(SMALL.getBytes(StandardCharsets.UTF_8));
        }
        byte[] packed = out.toByteArray();
        String text = new String(packed, StandardCharsets.ISO_8859_1);
        for (int at = text.indexOf("\\data"); at < packed.length; at++) {
            byte[] other = packed.clone();
            other[at] ^= 1;
            Path file = Files.write(folder.resolve("other.arpa.gz"), other);

            assertThatThrownBy(() -> ArpaReader.read(file))
                    .as("byte %d of %d", at, packed.length)
                    .isInstanceOf(ArpaFormatException.class);
        }
    }

    @Test
    void shouldMakeTheSameModelOfZeroWithAndWithoutASign() throws IOException {
        String zeros = SMALL.replace("-0.3", "0").replace("-0.2", "0");

        assertThat(read(zeros.replace("\t0\n", "\t-0.0\n").replace("\n0\t", "\n-0\t"))
                        .fingerprint())
                .isEqualTo(read(zeros).fingerprint());
    }

    @Test
    void shouldWarnOfWhatIsMissingAndReadItAllTheSame() throws IOException {
        List<String> warnings = new ArrayList<>();
        List<String> read = new ArrayList<>();
        Path file = Files.writeString(
                folder.resolve("model.arpa"),
                SMALL.replace("-1.0\t<unk>\n", "")
                        .replace("-0.5\t</s>\n", "")
                        .replace("-0.7\ta </s>\n", "")
                        .replace("1=4", "1=2")
                        .replace("2=3", "2=2")
                        .replace("\\end\\", ""));
        BackoffModel model = ArpaReader.read(file, new ArpaProgress() {
            @Override
            public void read(int length, long done, long all) {
                read.add(length + ":" + done + "/" + all);
            }

            @Override
            public void warn(String message) {
                warnings.add(message);
            }
        });

        assertThat(warnings)
                .satisfiesExactly(
                        end -> assertThat(end).contains("no \\end\\"),
                        unknown -> assertThat(unknown).contains("no <unk>").contains("-100"),
                        eos -> assertThat(eos).contains("no </s>"));
        assertThat(read).containsExactly("1:2/2", "2:2/2");
        assertThat(model.log10(model.empty(), model.index("b"))).isEqualTo(-100);
    }

    /** Whatever is done to a file: it is read, or refused in words, and never anything else. */
    @ParameterizedTest
    @CsvSource({"1", "2", "3", "4"})
    void shouldReadOrRefuseWhateverComes(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        String[] scraps = {
            "\\", "-", "\t", " ", "\n", "\\1-grams:", "\\end\\", "ngram 2=", "<s>", "9", "a", "\0", "é", "inf"
        };
        Path file = folder.resolve("model.arpa");
        for (int i = 0; i < 500; i++) {
            StringBuilder text = new StringBuilder(SMALL);
            for (int edits = random.nextInt(1, 4); edits > 0; edits--) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(4)) {
                    case 0 -> text.deleteCharAt(at);
                    case 1 -> text.insert(at, scraps[random.nextInt(scraps.length)]);
                    case 2 -> text.setLength(Math.max(1, at));
                    default -> text.replace(at, Math.min(text.length(), at + 1 + random.nextInt(20)), "");
                }
                if (text.isEmpty()) {
                    text.append('\n');
                }
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            if (random.nextInt(4) == 0) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Files.write(file, bytes);
            try {
                BackoffModel model = ArpaReader.read(file);
                for (int word = 0; word < model.words(); word++) {
                    assertThat(model.log10(model.start(), word)).isFinite();
                }
            } catch (ArpaFormatException e) {
                assertThat(e.getMessage()).contains("line ");
            } catch (IOException e) {
                // Taken for another kind of file by its first bytes.
                assertThat(e.getMessage()).contains("model.arpa");
            }
        }
    }

    private BackoffModel read(String text) throws IOException {
        return ArpaReader.read(Files.writeString(folder.resolve("model.arpa"), text));
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return packed.toByteArray();
    }
}
