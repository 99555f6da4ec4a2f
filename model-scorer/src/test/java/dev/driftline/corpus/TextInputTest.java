package dev.driftline.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.github.luben.zstd.Zstd;
import dev.driftline.scoring.Vocabulary;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as people have them. */
class TextInputTest {

    private static final String TEXT = "Zürich\n日本 😀\n";

    @TempDir
    Path folder;

    private static byte[] encoded(String mark, String text, String charset) {
        return (mark + text).getBytes(Charset.forName(charset));
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return packed.toByteArray();
    }

    private static byte[] twice(byte[] bytes) {
        byte[] both = Arrays.copyOf(bytes, bytes.length * 2);
        System.arraycopy(bytes, 0, both, bytes.length, bytes.length);
        return both;
    }

    static Stream<Arguments> forms() {
        byte[] plain = encoded("", TEXT, "UTF-8");
        return Stream.of(
                Arguments.of("as it is", plain),
                Arguments.of("with a byte order mark", encoded("\uFEFF", TEXT, "UTF-8")),
                Arguments.of("of Windows", encoded("\uFEFF", TEXT.replace("\n", "\r\n"), "UTF-8")),
                Arguments.of("UTF-16LE", encoded("\uFEFF", TEXT, "UTF-16LE")),
                Arguments.of("UTF-16BE", encoded("\uFEFF", TEXT, "UTF-16BE")),
                Arguments.of("UTF-32LE", encoded("\uFEFF", TEXT + "a\n".repeat(20), "UTF-32LE")),
                Arguments.of("gzip", gzip(plain)),
                Arguments.of("zstd", Zstd.compress(plain)),
                Arguments.of("gzip of UTF-16", gzip(encoded("\uFEFF", TEXT, "UTF-16LE"))),
                Arguments.of("zstd with a mark", Zstd.compress(encoded("\uFEFF", TEXT, "UTF-8"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forms")
    void shouldReadTheSameTextInWhateverFormTheFileIs(String form, byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("words.txt"), bytes);

        assertThat(TextInput.read(file, 1 << 20).lines().limit(2)).containsExactly("Zürich", "日本 😀");
        assertThat(WordList.read(file)).startsWith("Zürich", "日本 😀");
        assertThat(((Vocabulary.Fixed) Vocabulary.fixed(file)).words()).contains("Zürich", "日本 😀");
        try (CorpusReader reader = CorpusReader.open(file)) {
            assertThat(reader.next().content().text()).isEqualTo("Zürich");
            assertThat(reader.next().content().text()).isEqualTo("日本 😀");
        }
    }

    @Test
    void shouldReadGzipOfSeveralMembersAsOneText() throws IOException {
        Path file = Files.write(folder.resolve("a.txt.gz"), twice(gzip("one\n".getBytes(StandardCharsets.UTF_8))));

        assertThat(TextInput.read(file, 100)).isEqualTo("one\none\n");
    }

    @Test
    void shouldReadTextOfAnotherEncodingThatIsLongerThanItsBuffer() throws IOException {
        String text = ("a" + "😀".repeat(3) + "é").repeat(10_000);
        Path file = Files.write(folder.resolve("long.txt"), encoded("\uFEFF", text, "UTF-16LE"));

        assertThat(TextInput.read(file, 1 << 22)).isEqualTo(text);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of("ZIP archive", new byte[] {'P', 'K', 3, 4, 0, 0}),
                Arguments.of("bzip2 -dk", "BZh91AY".getBytes(StandardCharsets.US_ASCII)),
                Arguments.of("xz -dk", new byte[] {(byte) 0xFD, '7', 'z', 'X', 'Z', 0}),
                Arguments.of("pdftotext", "%PDF-1.7".getBytes(StandardCharsets.US_ASCII)),
                Arguments.of("Parquet", "PAR1....".getBytes(StandardCharsets.US_ASCII)),
                Arguments.of("Avro", new byte[] {'O', 'b', 'j', 1, 4}),
                Arguments.of("iconv -f UTF-16LE", encoded("", "a sentence", "UTF-16LE")),
                Arguments.of("iconv -f UTF-16BE", encoded("", "a sentence", "UTF-16BE")),
                Arguments.of("not text", new byte[40]),
                Arguments.of("iconv -f WINDOWS-1252", "Zürich".getBytes(StandardCharsets.ISO_8859_1)),
                Arguments.of("cut short or damaged", Arrays.copyOf(gzip(new byte[] {'a', 'b'}), 14)),
                Arguments.of(
                        "cut short or damaged",
                        Arrays.copyOf(Zstd.compress("ab".repeat(99).getBytes(StandardCharsets.US_ASCII)), 12)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void shouldNameTheCauseAndTheCureWhenAFileIsNotText(String said, byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("c.txt"), bytes);

        assertThatThrownBy(() -> TextInput.read(file, 1 << 20))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("c.txt")
                .hasMessageContaining(said);
        assertThatThrownBy(() -> {
                    try (CorpusReader reader = CorpusReader.open(file)) {
                        reader.next();
                    }
                })
                .hasMessageContaining("c.txt")
                .hasMessageContaining(said);
    }

    @Test
    @ResourceLock("System.in")
    void shouldReadTheStandardInputWhenTheFileIsADash() throws IOException {
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream(gzip("{\"text\": \"a b\"}".getBytes(StandardCharsets.UTF_8))));
            try (CorpusReader reader = CorpusReader.open(Path.of("-"), CorpusFormat.JSONL)) {
                CorpusEntry entry = reader.next();
                assertThat(entry.id()).isEqualTo("stdin:1");
                assertThat(entry.source()).isEqualTo("stdin");
                assertThat(entry.content().text()).isEqualTo("a b");
            }
        } finally {
            System.setIn(before);
        }
        assertThatThrownBy(() -> CorpusFormat.of(Path.of("-"))).hasMessageContaining("standard input");
    }

    @Test
    void shouldKnowTheFormatAndTheSourceOfAFileWhateverItIsCompressedBy() {
        for (String ending : List.of("", ".gz", ".zst", ".GZ")) {
            assertThat(CorpusFormat.of(Path.of("a.tsv" + ending))).isEqualTo(CorpusFormat.TSV);
            assertThat(CorpusFormat.of(Path.of("a.jsonl" + ending))).isEqualTo(CorpusFormat.JSONL);
            assertThat(CorpusFormat.of(Path.of("a.json" + ending))).isEqualTo(CorpusFormat.JSON);
        }
    }

    private List<CorpusEntry> entries(String name, String text, CorpusFormat format, String field) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        List<CorpusEntry> entries = new ArrayList<>();
        try (CorpusReader reader = CorpusReader.open(file, format, field)) {
            reader.forEachRemaining(entries::add);
        }
        return entries;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"text\": \"a\"}, {\"text\": \"b\"}]",
                "[\n  {\n    \"text\": \"a\"\n  },\n  {\"text\": \"b\"}\n]\n",
                "{\"text\": \"a\"}\n{\"text\": \"b\"}\n",
                "{\n\"text\": \"a\"}{\"text\": \"b\"}"
            })
    void shouldReadJsonOfOneArrayOrOfObjectsThatFollowEachOther(String json) throws IOException {
        assertThat(entries("a.json", json, CorpusFormat.JSON, "text"))
                .extracting(CorpusEntry::id, entry -> entry.content().text())
                .containsExactly(tuple("a.json:1", "a"), tuple("a.json:2", "b"));
    }

    @Test
    void shouldNameTheLineAndGoOnWhenOneObjectOfAnArrayIsMalformed() throws IOException {
        Path file = Files.writeString(
                folder.resolve("a.json"), "[{\"text\": \"a\"},\n{\"text\": 5},\n{\"text\": \"b\"},\n{\"text\": ]");
        try (CorpusReader reader = CorpusReader.open(file)) {
            assertThat(reader.next().content().text()).isEqualTo("a");
            assertThatThrownBy(reader::next).hasMessageContaining("line 2").hasMessageContaining("must be a string");
            assertThat(reader.next().content().text()).isEqualTo("b");
            assertThatThrownBy(reader::next).hasMessageContaining("line 4").hasMessageContaining("not JSON");
            assertThat(reader.hasNext()).isFalse();
        }
    }

    @Test
    void shouldTakeANullFieldForOneThatIsNotThere() throws IOException {
        CorpusEntry entry = entries(
                        "a.jsonl",
                        "{\"id\":null,\"source\":null,\"text\":\"a\",\"sentences\":null,\"language\":null,\"learn\":null,"
                                + "\"published_at\":null,\"attributes\":{\"k\":null,\"l\":\"x\"},\"url\":null}",
                        CorpusFormat.JSONL,
                        "text")
                .get(0);

        assertThat(entry.id()).isEqualTo("a.jsonl:1");
        assertThat(entry.source()).isEqualTo("a");
        assertThat(entry.learn()).isTrue();
        assertThat(entry.publishedAt()).isEmpty();
        assertThat(entry.attributes()).isEqualTo(Map.of("l", "x"));
    }

    @Test
    void shouldFindTheTextInAFieldOfAField() throws IOException {
        CorpusEntry entry = entries(
                        "a.jsonl",
                        "{\"page\":{\"body\":{\"text\":\"a b\"}},\"kind\":\"x\"}",
                        CorpusFormat.JSONL,
                        "page.body.text")
                .get(0);
        CorpusEntry dotted = entries(
                        "b.jsonl", "{\"page.body\":\"c\",\"page\":{\"body\":\"d\"}}", CorpusFormat.JSONL, "page.body")
                .get(0);

        assertThat(entry.content().text()).isEqualTo("a b");
        assertThat(entry.attributes()).containsOnlyKeys("kind");
        assertThat(dotted.content().text()).as("a field of the whole name").isEqualTo("c");
    }

    @Test
    void shouldReadTheTextFromAnotherFieldWhenItIsNamed() throws IOException {
        CorpusEntry entry = entries("a.jsonl", "{\"body\":\"a b\",\"text\":\"teaser\"}", CorpusFormat.JSONL, "body")
                .get(0);

        assertThat(entry.content().text()).isEqualTo("a b");
        assertThat(entry.attributes()).isEqualTo(Map.of("text", "teaser"));
    }

    @Test
    void shouldKnowTheFirstWordOfAVocabularyThatBeginsWithAByteOrderMark() throws IOException {
        Path file = Files.writeString(folder.resolve("words.txt"), "\uFEFFthe\r\nof\r\n");

        assertThat(((Vocabulary.Fixed) Vocabulary.fixed(file)).words()).isEqualTo(Set.of("the", "of"));
    }
}
