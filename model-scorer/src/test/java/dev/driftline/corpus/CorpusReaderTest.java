package dev.driftline.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.text.Tokenizers;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CorpusReaderTest {

    @TempDir
    Path folder;

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content, StandardCharsets.UTF_8);
    }

    private static List<CorpusEntry> entries(Path file) throws IOException {
        try (CorpusReader reader = CorpusReader.open(file)) {
            List<CorpusEntry> entries = new ArrayList<>();
            reader.forEachRemaining(entries::add);
            return entries;
        }
    }

    private static List<CorpusDocument> documents(Path file, String tokenizer) throws IOException {
        return entries(file).stream()
                .map(entry -> entry.document(Tokenizers.named(tokenizer)))
                .toList();
    }

    @Test
    void shouldReadSentencesWhenTheFileIsTabSeparated() throws IOException {
        Path file = file(
                "c.tsv",
                "\uFEFFa1\tnews\tThe jury </s> said  so .\r\n\n"
                        + "a2\tfun\tone </s> </s> two </s>\n"
                        + "a3\tfun\t\n"
                        + "a4\tfun\t日本 é 😀");
        assertThat(documents(file, "words"))
                .containsExactly(
                        new CorpusDocument("a1", "news", List.of(List.of("The", "jury"), List.of("said", "so", "."))),
                        new CorpusDocument("a2", "fun", List.of(List.of("one"), List.of(), List.of("two"))),
                        new CorpusDocument("a3", "fun", List.of()),
                        new CorpusDocument("a4", "fun", List.of(List.of("日本", "é", "😀"))));
    }

    @Test
    void shouldTakeALineForADocumentWhenTheFileIsText() throws IOException {
        Path file = file("talk.txt", "Hello there. Bye!\n   \n\nAgain </s> now\n");
        assertThat(documents(file, "words"))
                .extracting(CorpusDocument::id, CorpusDocument::source, CorpusDocument::sentences)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                "talk.txt:1", "talk", List.of(List.of("Hello", "there", "."), List.of("Bye", "!"))),
                        org.assertj.core.groups.Tuple.tuple(
                                "talk.txt:4", "talk", List.of(List.of("Again", "<", "/", "s", ">", "now"))));
    }

    @Test
    void shouldTakeTheFileForADocumentWhenAskedTo() throws IOException {
        Path file = file("talk.txt", "Hello there\r\n\nBye\n");
        try (CorpusReader reader = CorpusReader.open(file, CorpusFormat.WHOLE_FILE)) {
            assertThat(reader.next().document(Tokenizers.named("whitespace")))
                    .isEqualTo(
                            new CorpusDocument("talk.txt", "talk", List.of(List.of("Hello", "there"), List.of("Bye"))));
            assertThat(reader.hasNext()).isFalse();
        }
    }

    @Test
    void shouldReadEveryFieldWhenTheFileIsJsonLines() throws IOException {
        Path file = file("c.jsonl", """
                {"id":"x","source":"s","text":"我们 go.","language":"zh","published_at":"2026-11-23T15:45:00Z","attributes":{"a":1}}

                {"id":7,"source":"s","sentences":[["New York","is"],[]],"learn":false,"url":"http://x","meta":{"k":[1]},"published_at":12}
                {"text":"no id"}
                """);
        List<CorpusEntry> entries = entries(file);
        assertThat(entries.get(0))
                .isEqualTo(new CorpusEntry(
                        "x",
                        "s",
                        new CorpusContent.Text("我们 go.", "zh"),
                        true,
                        Map.of("a", "1"),
                        java.util.Optional.of(Instant.parse("2026-11-23T15:45:00Z")),
                        1));
        assertThat(entries.get(1).document(Tokenizers.named("words")))
                .isEqualTo(new CorpusDocument(
                        "7",
                        "s",
                        List.of(List.of("New York", "is"), List.of()),
                        false,
                        Map.of("url", "http://x", "meta", "{\"k\":[1]}")));
        assertThat(entries.get(1).publishedAt()).contains(Instant.ofEpochMilli(12));
        assertThat(entries.get(2))
                .extracting(CorpusEntry::id, CorpusEntry::source)
                .containsExactly("c.jsonl:4", "c");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"id\":\"x\"}                                   | neither",
                "{\"text\":\"a\",\"sentences\":[]}                | both",
                "{\"text\":5}                                     | 'text' must be a string, found number",
                "{\"id\":\"\",\"text\":\"a\"}                     | 'id' is empty",
                "{\"source\":[1],\"text\":\"a\"}                  | 'source' must be a string, found array",
                "{\"text\":null}                                  | neither: --text-field names another field",
                "{\"text\":\"a\",\"learn\":\"yes\"}               | 'learn' must be true or false",
                "{\"sentences\":[\"a b\"]}                        | array of arrays of tokens; found string for a sentence",
                "{\"sentences\":[[1]]}                            | found number for a token",
                "{\"sentences\":[[\"\"]]}                         | a token is empty",
                "{\"sentences\":[[\"a\\u0000b\"]]}                | control character U+0000",
                "{\"text\":\"a\\ud83db\"}                         | 'text' has a lone surrogate \\ud83d at character 2",
                "{\"sentences\":[[\"\\udc00\"]]}                  | a token has a lone surrogate",
                "{\"text\":\"a\",\"attributes\":{\"k\":\"\\ud800\"}} | 'k' has a lone surrogate",
                "{\"text\":\"a\",\"attributes\":[1]}              | 'attributes' must be an object",
                "{\"text\":\"a\",\"text\":\"b\"}                  | Duplicate field 'text'",
                "{\"text\":\"a\",\"published_at\":\"yesterday\"}  | 'published_at' must be milliseconds",
                "{\"text\":\"a\"} {\"text\":\"b\"}                | not a JSON object on one line",
                "{\"text\":\"a                                    | not a JSON object on one line",
                "[1]                                              | found array: an array of documents is read with --format json",
            })
    void shouldNameTheLineAndTheReasonWhenJsonIsMalformed(String line, String reason) throws IOException {
        Path file = file("c.jsonl", "{\"text\":\"fine\"}\n\n" + line + "\n{\"text\":\"also fine\"}\n");
        try (CorpusReader reader = CorpusReader.open(file)) {
            assertThat(reader.next().content().text()).isEqualTo("fine");
            assertThat(reader.hasNext()).isTrue();
            assertThatThrownBy(reader::next)
                    .isInstanceOf(CorpusFormatException.class)
                    .hasMessageContaining("c.jsonl, line 3: ")
                    .hasMessageContaining(reason);
            assertThat(reader.next().content().text()).isEqualTo("also fine");
            assertThat(reader.hasNext()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "only text|0 tabs",
                "id\ttext|1 tabs",
                "id\ts\tx\ty|3 tabs",
                "\ts\tx|the id before the tab is empty",
                "id\t \tx|the source before the tab is empty",
                "id\ts\ta\u0007b|control character U+0007",
            })
    void shouldNameTheLineAndTheReasonWhenATabSeparatedLineIsMalformed(String line, String reason) throws IOException {
        Path file = file("c.tsv", "a\ts\tx\n" + line + "\nb\ts\ty\n");
        try (CorpusReader reader = CorpusReader.open(file)) {
            assertThat(reader.next().id()).isEqualTo("a");
            assertThatThrownBy(reader::next)
                    .isInstanceOf(CorpusFormatException.class)
                    .hasMessageContaining("line 2")
                    .hasMessageContaining(reason);
            assertThat(reader.next().id()).isEqualTo("b");
        }
    }

    @Test
    void shouldNameTheLineWhenItIsNotUtf8() throws IOException {
        Path file = folder.resolve("c.txt");
        byte[] surrogateInUtf8 = {(byte) 0xED, (byte) 0xA0, (byte) 0x80, '\n'};
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write("one\n".getBytes(StandardCharsets.UTF_8));
            out.write("caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
            out.write(surrogateInUtf8);
            out.write("four".getBytes(StandardCharsets.UTF_8));
        }
        try (CorpusReader reader = CorpusReader.open(file)) {
            assertThat(reader.next().id()).isEqualTo("c.txt:1");
            for (int line = 2; line <= 3; line++) {
                assertThatThrownBy(reader::next).hasMessageContaining("line " + line + ": not UTF-8");
            }
            assertThat(reader.next().id()).isEqualTo("c.txt:4");
        }
        try (CorpusReader reader = CorpusReader.open(file, CorpusFormat.WHOLE_FILE)) {
            assertThatThrownBy(reader::next).hasMessageContaining("line 2: not UTF-8");
            assertThat(reader.hasNext()).isFalse();
        }
    }

    @Test
    void shouldSayWhatToDoWhenTheFileCannotBeOpened() throws IOException {
        assertThatThrownBy(() -> CorpusReader.open(folder.resolve("none.tsv"))).hasMessageContaining("does not exist");
        assertThatThrownBy(() -> CorpusReader.open(folder, CorpusFormat.TSV)).hasMessageContaining("is a folder");
        assertThatThrownBy(() -> CorpusReader.open(file("a.csv", "x")))
                .hasMessageContaining(".tsv, .txt, .jsonl or .json");
    }

    @Test
    void shouldReadLazilyAndTellHowFarWhenTheFileIsLarge() throws IOException {
        String line = "x".repeat(999) + "\n";
        Path file = file("c.txt", line.repeat(5_000));
        try (CorpusReader reader = CorpusReader.open(file)) {
            assertThat(reader.bytesTotal()).isEqualTo(5_000_000);
            reader.next();
            assertThat(reader.bytesRead()).isEqualTo(1_000);
            long documents = 1;
            while (reader.hasNext()) {
                reader.next();
                documents++;
            }
            assertThat(documents).isEqualTo(5_000);
            assertThat(reader.bytesRead()).isEqualTo(reader.bytesTotal());
        }
    }

    @Test
    void shouldRefuseALineAndGoOnWhenItIsLongerThanADocumentMayBe() throws IOException {
        Path file = folder.resolve("c.txt");
        try (OutputStream out = Files.newOutputStream(file)) {
            byte[] block = "x".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i <= 64; i++) {
                out.write(block);
            }
            out.write("\nshort\n".getBytes(StandardCharsets.UTF_8));
        }
        try (CorpusReader reader = CorpusReader.open(file)) {
            assertThatThrownBy(reader::next).hasMessageContaining("line 1: longer than 67108864 bytes");
            assertThat(reader.next().content().text()).isEqualTo("short");
        }
    }

    @Test
    void shouldJoinTokensWhenTokenisedTextIsAskedForAsText() {
        assertThat(new CorpusContent.Sentences(List.of(List.of("a", "b"), List.of("c"))).text())
                .isEqualTo("a b\nc");
    }
}
