package dev.driftline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.github.luben.zstd.Zstd;
import dev.driftline.network.snapshots.TestSnapshots;
import dev.driftline.neural.snapshot.SnapshotFolder;
import dev.driftline.terminal.ExitCodes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command that reads a file reads it in every form that people have it in, or says what it is and what to do. */
class FilesTest {

    private static final String LINES = "The jury said so.\nIt rained in Zürich.\n";

    private static final String JSON_LINES =
            "{\"id\":\"a\",\"source\":null,\"text\":\"The jury said so.\"}\n{\"text\":\"It rained in Zürich.\",\"learn\":null}\n";

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path snapshot;
    private Path rules;
    private int outputs;

    @BeforeEach
    void write() throws IOException {
        snapshot = folder.resolve("snapshot");
        SnapshotFolder.write(TestSnapshots.snapshot(1, ""), snapshot);
        rules = Files.writeString(
                folder.resolve("rules.json"),
                "\uFEFF{\r\n\"rules\": [{\"name\": \"odd\", \"if\": {\"tokens\": \"> 9\"}, \"to\": \"drop\"}]}\r\n");
    }

    private int run(List<String> arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Driftline.execute(
                new PrintWriter(out, true), new PrintWriter(err, true), arguments.toArray(String[]::new));
    }

    private Map<String, byte[]> read() throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("plain.txt", utf8(LINES));
        files.put("mark.txt", utf8("\uFEFF" + LINES));
        files.put("windows.txt", utf8("\uFEFF" + LINES.replace("\n", "\r\n")));
        files.put("wide.txt", ("\uFEFF" + LINES).getBytes(StandardCharsets.UTF_16LE));
        files.put("packed.txt.gz", gzip(utf8(LINES)));
        files.put("packed.jsonl.zst", Zstd.compress(utf8(JSON_LINES)));
        files.put("nulls.jsonl", utf8(JSON_LINES));
        files.put("array.json", utf8("[" + JSON_LINES.strip().replace("\n", ",\n") + "]"));
        files.put("tokens.tsv", utf8("\uFEFFa\ts\tthe <unk> said </s> so\r\nb\ts\tit rained\r\n"));
        return files;
    }

    private List<List<String>> commands(Path file) {
        outputs++;
        return List.of(
                List.of("evaluate", file.toString()),
                List.of("filter", "try", rules.toString(), file.toString()),
                List.of("encode", "--snapshot", snapshot.toString(), "--file", file.toString()),
                List.of(
                        "train",
                        file.toString(),
                        "--output",
                        folder.resolve("trained" + outputs).toString(),
                        "--epochs",
                        "1",
                        "--size",
                        "8",
                        "--min-count",
                        "1"));
    }

    @Test
    void shouldReadTheSameDocumentsInWhateverFormACorpusIs() throws IOException {
        SoftAssertions softly = new SoftAssertions();
        for (Map.Entry<String, byte[]> form : read().entrySet()) {
            Path file = Files.write(folder.resolve(form.getKey()), form.getValue());
            for (List<String> command : commands(file)) {
                softly.assertThat(run(command))
                        .as("%s%n%s%s", command, out, err)
                        .isEqualTo(ExitCodes.OK);
                if (command.get(0).equals("encode")) {
                    softly.assertThat(out.toString().lines())
                            .as(command.toString())
                            .hasSize(2);
                }
            }
        }
        softly.assertAll();
    }

    @Test
    void shouldNameTheCauseAndTheCureWhenACorpusCannotBeRead() throws IOException {
        Map<String, Map.Entry<byte[], String>> files = new LinkedHashMap<>();
        files.put("latin.txt", Map.entry(LINES.getBytes(StandardCharsets.ISO_8859_1), "iconv -f WINDOWS-1252"));
        files.put("wide.txt", Map.entry(LINES.getBytes(StandardCharsets.UTF_16LE), "iconv -f UTF-16LE"));
        files.put("archive.txt", Map.entry(new byte[] {'P', 'K', 3, 4, 20, 0, 0, 0, 8, 0}, "ZIP archive"));
        files.put("array.jsonl", Map.entry(utf8("[{\"text\": \"a\"}]\n"), "--format json"));
        files.put("field.jsonl", Map.entry(utf8("{\"body\": \"a\"}\n"), "--text-field"));
        files.put("table.csv", Map.entry(utf8("id,text\n1,a\n"), "--format"));
        SoftAssertions softly = new SoftAssertions();
        for (Map.Entry<String, Map.Entry<byte[], String>> form : files.entrySet()) {
            Path file =
                    Files.write(folder.resolve(form.getKey()), form.getValue().getKey());
            for (List<String> command : commands(file)) {
                softly.assertThat(run(command))
                        .as("%s%n%s%s", command, out, err)
                        .isIn(ExitCodes.FAILED, ExitCodes.USAGE);
                softly.assertThat(err.toString())
                        .as(command.toString())
                        .contains(form.getKey(), form.getValue().getValue())
                        .doesNotContain("unexpected");
            }
        }
        softly.assertAll();
    }

    @Test
    void shouldReadAnotherFieldAsTheTextWhenItIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("a.jsonl"), "{\"body\":\"The jury said so.\",\"text\":5}\n");
        for (List<String> command : commands(file)) {
            List<String> named = new ArrayList<>(command);
            named.addAll(List.of("--text-field", "body"));
            assertThat(run(named)).as("%s%n%s%s", command, out, err).isEqualTo(ExitCodes.OK);
        }
        Path text = Files.writeString(folder.resolve("a.txt"), LINES);
        assertThat(run(List.of("evaluate", text.toString(), "--text-field", "body")))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("--text-field has an effect only on JSON");
    }

    @Test
    void shouldKnowTheFirstWordOfAVocabularyWhateverItBeginsWith() throws IOException {
        Path corpus = Files.writeString(folder.resolve("c.txt"), "the the the the\n");
        for (String mark : Set.of("", "\uFEFF")) {
            Path words = Files.writeString(folder.resolve("words.txt"), mark + "the\r\nof\r\n");
            assertThat(run(List.of("evaluate", corpus.toString(), "--vocabulary", "fixed:" + words, "--json")))
                    .as(err.toString())
                    .isZero();
            assertThat(out.toString()).containsPattern("\"unknown\\w*\"\\s*:\\s*0\\b");
        }
    }

    @Test
    void shouldRefuseWhatTheServiceWouldRefuse() throws IOException {
        Path longToken = Files.writeString(folder.resolve("token.txt"), "fine\nsee " + "x".repeat(1025) + "\n");
        Path book = Files.writeString(folder.resolve("book.txt"), "fine\n" + "a ".repeat(100_001) + "\n");

        assertThat(run(List.of("evaluate", longToken.toString()))).isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString()).contains("token.txt, line 2: ", "token.max.bytes");
        assertThat(run(List.of("evaluate", book.toString()))).isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString()).contains("book.txt, line 2: ", "document.max.tokens");
        assertThat(run(List.of("evaluate", book.toString(), "--document-max-tokens", "200000")))
                .isZero();
        assertThat(run(List.of("evaluate", longToken.toString(), "--skip-malformed")))
                .isZero();
    }

    /** Penn Treebank and WikiText have their rare words as {@code <unk>}: a word like others, or that of a fixed list. */
    @Test
    void shouldReadTheUnknownWordOfACorpusAsTheClass() throws IOException {
        Path corpus = Files.writeString(folder.resolve("c.tsv"), "a\ts\tthe <unk> of the <unk> rose\n".repeat(20));
        Path words = Files.writeString(folder.resolve("words.txt"), "the\nof\nrose\n");
        Path state = folder.resolve("state");

        assertThat(run(List.of("evaluate", corpus.toString(), "--vocabulary", "fixed:" + words, "--json")))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).containsPattern("\"unknown\\w*\"\\s*:\\s*40\\b");
        assertThat(run(List.of("evaluate", corpus.toString(), "--state", state.toString(), "--json")))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).containsPattern("\"unknown\\w*\"\\s*:\\s*[1-9]\\b");
        assertThat(run(List.of("counts", "--state", state.toString(), "--json", "the <unk>")))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("\"count\":40");
        assertThat(run(List.of("generate", "--state", state.toString(), "--next", "3", "--prompt", "of the <unk>")))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("rose");
    }

    /** What is renamed to {@code /dev/null} takes its place. */
    @Test
    void shouldReplaceNoDeviceAndNoFolderByAFile() throws IOException {
        Path device = Path.of("/dev/null");
        assumeThat(device).exists();
        Path file = Files.writeString(folder.resolve("a.txt"), LINES);
        Path state = folder.resolve("state");
        Path arpa = folder.resolve("a.arpa");
        assertThat(run(List.of("learn", file.toString(), "--state", state.toString())))
                .as(err.toString())
                .isZero();
        assertThat(run(List.of("export", "arpa", "--state", state.toString(), "-o", arpa.toString())))
                .as(err.toString())
                .isZero();
        for (String target : List.of(device.toString(), snapshot.toString())) {
            for (List<String> command : List.of(
                    List.of("score", file.toString(), "--state", state.toString(), "--output"),
                    List.of("export", "arpa", "--state", state.toString(), "--output"),
                    List.of("import", "arpa", arpa.toString(), "--output"))) {
                if (command.get(0).equals("score") && !target.equals(device.toString())) {
                    continue; // into a folder
                }
                List<String> line = new ArrayList<>(command);
                line.addAll(List.of(target, "--overwrite"));
                assertThat(run(line)).as("%s%n%s%s", line, out, err).isEqualTo(ExitCodes.USAGE);
            }
        }
        assertThat(Files.isRegularFile(device)).isFalse();
        assertThat(snapshot).isDirectory();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }
}
