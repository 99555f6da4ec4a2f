package dev.driftline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.terminal.ExitCodes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What is wrong with an option is said at once, by its name, with what it may be; none is accepted without effect. */
class OptionsTest {

    private static final Set<Class<?>> NUMBERS =
            Set.of(int.class, Integer.class, long.class, Long.class, double.class, Double.class);

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void writeFiles() throws IOException {
        Files.writeString(folder.resolve("text.txt"), "the jury said so .\nthe cat sat .\n");
        Files.writeString(folder.resolve("text.tsv"), "a\tx\tthe jury said </s> yes\n");
        Files.writeString(
                folder.resolve("text.jsonl"), "{\"text\": \"The jury said.\", \"attributes\": {\"mood\": \"glad\"}}\n");
        Files.writeString(folder.resolve("empty.txt"), "");
        Files.writeString(
                folder.resolve("rules.json"),
                "{\"rules\": [{\"name\": \"a\", \"if\": {\"tokens\": \"> 3\"}, \"to\": \"drop\"}]}");
        Files.createDirectories(folder.resolve("full"));
        Files.writeString(folder.resolve("full/other"), "kept");
    }

    static Stream<String> numbers() {
        List<String> lines = new ArrayList<>();
        collect(Driftline.commandLine(), lines);
        return lines.stream();
    }

    private static void collect(CommandLine line, List<String> into) {
        for (OptionSpec option : line.getCommandSpec().options()) {
            if (NUMBERS.contains(option.type())) {
                into.add(line.getCommandSpec().qualifiedName().substring("driftline ".length()) + " "
                        + option.longestName());
            }
        }
        line.getSubcommands().values().forEach(sub -> collect(sub, into));
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void shouldSayThatANumberIsExpectedWhenThereIsNone(String line) {
        assertThat(run(line + " x")).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).containsPattern("driftline: --[a-z-]+ x: must be a (whole )?number");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "demo --order 9                                   | --order 9: must be from 1 to 7",
                "demo --shards 0                                  | --shards 0: must be from 1 to 64",
                "demo --limit 0                                   | --limit 0: must be 1 or more",
                "demo --tokenizer x                               | one of characters, log, whitespace, words",
                "demo --whole-file                                | --whole-file has an effect only with --input",
                "demo --whole-file --input text.tsv               | --whole-file has an effect only with --input",
                "demo --set model.order=3                         | use --order",
                "demo --no-network --set neural.model=gru         | --no-network has no effect",
                "train text.txt --output net --window 3           | only with --model window",
                "train text.txt --output net --patience 2         | only with --validation",
                "train text.txt --output net --initial x --size 3 | only without --initial",
                "train text.txt --output net --initial x --min-count 3 | only without --initial",
                "train text.txt --output net --vocabulary-size 2  | must be 3 or more",
                "train text.txt --output net --attribute mood     | they have source",
                "train text.jsonl --output net --attribute tone   | they have mood, source",
                "train text.txt --output net --vocabulary empty.txt | there is no word in the file",
                "train text.txt --output net --format x           | one of tsv, lines, whole_file, jsonl",
                "evaluate text.txt --delta 2                      | only with --smoothing add-delta",
                "evaluate text.txt --vocabulary x                 | growing, grow-kenlm or fixed:FILE",
                "evaluate text.txt --smoothing x                  | stupid-backoff",
                "evaluate text.txt --merge-rare 3                 | only with --split",
                "evaluate text.txt --epochs 3                     | only with --split",
                "evaluate text.txt --split 5,3 --drift            | only without --split",
                "evaluate text.txt --split 5,3 --cut 9            | only without --split",
                "evaluate text.txt --dynamic-decay 0.1            | only with --dynamic-evaluation",
                "evaluate text.txt --dynamic-steps 3              | only with --dynamic-evaluation",
                "evaluate text.txt --shards 0                     | --shards 0: must be from 1 to 1024",
                "evaluate text.txt --limit 0                      | --limit 0: must be 1 or more",
                "evaluate text.txt --overwrite                    | only with --per-document",
                "filter try rules.json text.txt --examples -1     | --examples -1: must be 0 or more",
                "filter try rules.json text.txt --delta 2         | only with --smoothing add-delta",
                "produce text.txt --limit 0                       | --limit 0: must be 1 or more",
                "produce text.txt --rate -1                       | 0 or more",
                "produce text.txt --raw --tokenizer words         | only without --raw",
                "produce text.txt --whole-file --format jsonl     | only without --whole-file",
                "produce text.txt --key x                         | one of source, id, none",
                "scores --limit 0                                 | --limit 0: must be 1 or more",
                "drift --timeout -1                               | --timeout -1.0: must be 0 or more",
                "predictions --top 0                              | --top 0: must be 1 or more",
                "generate --snapshot x --token t                  | only with --instance",
                "generate --snapshot x --vocabulary growing       | only with --state",
                "generate --state x --vocabulary y                | growing, grow-kenlm or fixed:FILE",
                "generate --state x --network-weight 0.5          | only with --instance",
                "generate --state x --must word                   | only with --beam",
                "generate --state x --beam 3 --seed 3             | --seed has no effect with --beam",
                "produce text.tsv --tokenizer words               | on raw text, and a .tsv file has tokens",
                "evaluate text.tsv --tokenizer words              | on raw text, and a .tsv file has tokens",
                "filter try rules.json text.tsv --tokenizer words | on raw text, and a .tsv file has tokens",
                "evaluate text.txt --drift --drift-set drift.foo=1 | unknown setting drift.foo (--drift-set)",
                "generate --state x --temperature 0 --seed 3      | --seed has an effect only with --temperature above 0",
                "generate --state x --top-k 1 --seed 3            | --seed has an effect only without --top-k 1",
                "generate --state x --beam -1                     | --beam -1: must be from 0 to 1000",
                "generate --state x --temperature NaN             | --temperature NaN: must be from 0 to 100",
                "generate --state x --top-p 0                     | --top-p 0.0: must be above 0 and up to 1",
                "generate --state x --beam 2 --length-normalisation 3 | must be from 0 to 2",
                "train text.txt --output net --dropout 1          | --dropout 1.0: must be from 0 to below 1",
                "train text.txt --output net --size 0             | --size 0: must be 1 or more",
                "train text.txt --output net --learning-rate 0    | --learning-rate 0.0: must be above 0",
                "evaluate text.txt --split 0,3                    | --split 0: must be 1 or more",
                "generate --state x --next 3 --words 4            | --words has no effect with --next",
                "generate --instance x                            | must be an address such as",
                "counts --state x --trust y a                     | only with --instance"
            })
    void shouldRefuseWhatHasNoEffectOrIsUnknown(String line, String expected) {
        assertThat(run(line)).as(err.toString()).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains(expected.strip());
        assertThat(out.toString()).isEmpty();
        assertThat(folder.resolve("net")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evaluate empty.txt",
                "evaluate empty.txt --split 5,3",
                "filter try rules.json empty.txt",
                "train empty.txt --output net",
                "train text.txt --validation empty.txt --output net",
                "produce empty.txt",
                "demo --input empty.txt --output results"
            })
    void shouldSayThatAFileIsEmpty(String line) {
        assertThat(run(line)).isEqualTo(ExitCodes.FAILED);
        assertThat(out + err.toString()).contains("there is no document in", "empty.txt: the file is empty");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "train text.txt --output full             | full exists",
                "train text.txt --output full --overwrite | full is a folder with other in it",
                "train text.txt --output text.tsv         | text.tsv exists",
                "evaluate text.txt --per-document text.tsv | text.tsv exists: name another, or replace it with --overwrite",
                "evaluate text.txt --per-document full    | full exists",
                "evaluate text.txt --per-document text.txt --overwrite | text.txt is the corpus itself",
                "evaluate text.txt --state full           | has no model in it",
                "evaluate text.txt --state text.tsv       | text.tsv is a file",
                "demo --input text.txt --output full      | full is not empty",
                "demo --input text.txt --output text.tsv  | text.tsv is a file",
                "snapshots export 1 text.tsv              | text.tsv exists"
            })
    void shouldRefuseToWriteOverWhatIsThereBeforeAnyWork(String line, String expected) throws IOException {
        String before = Files.readString(folder.resolve("text.tsv"));

        assertThat(run(line)).isIn(ExitCodes.USAGE, ExitCodes.FAILED);

        assertThat(err.toString()).doesNotContain("epoch").contains(expected.strip());
        assertThat(Files.readString(folder.resolve("text.tsv"))).isEqualTo(before);
        assertThat(folder.resolve("full/other")).hasContent("kept");
    }

    @Test
    void shouldReplaceASnapshotOnlyWhenToldTo() {
        String train = "train text.txt --output net --size 4 --epochs 1 --cutoffs 0";
        assertThat(run(train)).as(err.toString()).isZero();

        assertThat(run(train)).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("net exists", "--overwrite");
        assertThat(run(train + " --overwrite")).as(err.toString()).isZero();
    }

    /** Runs a command line in which the names of files are those of the folder. */
    private int run(String line) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        String[] arguments = Arrays.stream(line.strip().split(" +"))
                .map(word -> word.matches("(text|empty|rules)\\..*|net|full|results")
                        ? folder.resolve(word).toString()
                        : word)
                .toArray(String[]::new);
        return Driftline.execute(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }
}
