package dev.driftline.cli.arpa;

import dev.driftline.cli.options.GivenOptions;
import dev.driftline.cli.options.OutputPath;
import dev.driftline.codec.ClosedPipeException;
import dev.driftline.corpus.WordList;
import dev.driftline.export.ArpaExport;
import dev.driftline.export.BackoffNgrams;
import dev.driftline.export.ExportOptions;
import dev.driftline.export.ExportSummary;
import dev.driftline.export.UnsayableModelException;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.CtrlC;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.ProgressLine;
import dev.driftline.terminal.Screen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code driftline export arpa}: the counts as a backoff model that other tools read. */
@Command(
        name = "arpa",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Write the counts as a backoff n-gram model in the ARPA format, which KenLM, SRILM, IRSTLM and Kaldi read.",
            "Every word has the probability in every context that the highest n-gram order gives it in a score, to 1e-5 in log10."
                    + " Pruning and --words change that, and probabilities sum to 1 again.",
            "The format cannot say the caches, the network, the weights of the mixture, and how unknown words are spelled: each of"
                    + " them is <unk>. Words with white space or control characters, and a word <unk> of a growing vocabulary, are <unk>,"
                    + " too. A probability of 0 is written as 10^-99. Counts of stupid-backoff are refused."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  driftline export arpa --state driftline-demo/state --output brown.arpa.gz",
            "  driftline export arpa --instance http://127.0.0.1:7070 --every 5m --to /srv/models --gzip",
            "  driftline export arpa news.jsonl --order 3 --prune-counts 0,0,1 --output news.arpa",
            "  driftline export arpa brown.docs.tsv --source news --prune-entropy 1e-7 --output - | gzip > news.arpa.gz"
        })
final class ExportArpaCommand implements Callable<Integer> {

    private static final Duration PRINTED = Duration.ofSeconds(5);

    private static final Pattern TIME = Pattern.compile("([0-9]{1,6})([smh])");

    @Spec
    private CommandSpec spec;

    @Mixin
    private ExportSource source;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description =
                    "Without --to: the file to write, which appears when it is whole; - for standard output. A name that ends in .gz is"
                            + " compressed.")
    private @Nullable String output;

    @Option(
            names = "--to",
            paramLabel = "FOLDER",
            description =
                    "Write driftline.arpa, or driftline.arpa.gz, in this folder. A file that is there is replaced in one step.")
    private @Nullable Path to;

    @Option(
            names = "--every",
            paramLabel = "TIME",
            description =
                    "With --to: write it again after this time, such as 30s, 5m or 1h, until Ctrl-C. A try that fails is said, and"
                            + " the next one follows. Default: write it once.")
    private @Nullable String every;

    @Option(
            names = "--gzip",
            description = "Compress the model, whatever the name. Default: only a name that ends in .gz.")
    private boolean gzip;

    @Option(names = "--overwrite", description = "With --output: replace the file if it exists. Default: refuse to.")
    private boolean overwrite;

    @Option(
            names = "--prune-counts",
            paramLabel = "N",
            split = "[ ,]",
            description =
                    "Leave out n-grams that came so often or less, for orders 1, 2 and so on, as in 0,0,1, each 0 or more; the last number is"
                            + " for all higher orders too. The first must be 0, and none below the one before it. Default: leave out none.")
    private List<Long> pruneCounts = List.of();

    @Option(
            names = "--prune-entropy",
            paramLabel = "T",
            description =
                    "Leave out n-grams without which the perplexity of the model rises by less than this part, above 0, as"
                            + " SRILM's ngram -prune (Stolcke 1998). Default: leave out none.")
    private @Nullable Double pruneEntropy;

    @Option(
            names = "--words",
            paramLabel = "FILE",
            description =
                    "Only these words, one a line: every other one is <unk>, which gets its probability. Default: all.")
    private @Nullable Path words;

    @Override
    public Integer call() throws IOException {
        source.check();
        GivenOptions.of(spec).only(source.isInstance(), "with --instance", "--every");
        ArpaFile file = file();
        Optional<Duration> pause = Optional.ofNullable(every).map(this::pause);
        Optional<Set<String>> kept = words();
        prune(1 + pruneCounts.size());
        try (CtrlC ctrlC = CtrlC.then(() -> {});
                Screen screen = Screen.on(spec.commandLine().getErr());
                WorkFolder work = work(file)) {
            once(file, kept, work, screen, ctrlC);
            while (pause.isPresent()) {
                if (waits(pause.get(), ctrlC)) {
                    return ExitCodes.INTERRUPTED;
                }
                again(file, kept, work, screen, ctrlC);
            }
            return ExitCodes.OK;
        } catch (ClosedPipeException e) {
            // Whoever reads it wants no more.
            return ExitCodes.OK;
        }
    }

    private ArpaFile file() {
        if (to != null) {
            OutputPath.check("--to", to, true);
            if (Files.exists(to) && !Files.isDirectory(to)) {
                throw new ParameterException(spec.commandLine(), "--to " + to + " is a file: name a folder");
            }
            return ArpaFile.in(to, gzip);
        }
        if (output == null) {
            throw new ParameterException(
                    spec.commandLine(), "say where the model goes: --output FILE, --output - or --to FOLDER");
        }
        ArpaFile file = ArpaFile.of(output, gzip);
        file.path().ifPresent(path -> OutputPath.checkFile("--output", path, overwrite));
        return file;
    }

    private static WorkFolder work(ArpaFile file) throws IOException {
        return WorkFolder.in(file.folder().orElse(Path.of(System.getProperty("java.io.tmpdir"))));
    }

    private Duration pause(String text) {
        Matcher time = TIME.matcher(text);
        if (!time.matches() || Long.parseLong(time.group(1)) == 0) {
            throw new ParameterException(
                    spec.commandLine(), "--every " + text + ": must be a time such as 30s, 5m or 1h");
        }
        long number = Long.parseLong(time.group(1));
        return switch (time.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }

    private static boolean waits(Duration pause, CtrlC ctrlC) {
        try {
            return ctrlC.awaitPressed(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** A service may be away for a while, and the model of before is there. */
    private void again(ArpaFile file, Optional<Set<String>> kept, WorkFolder work, Screen screen, CtrlC ctrlC) {
        try {
            once(file, kept, work, screen, ctrlC);
        } catch (CommandFailedException | IOException e) {
            if (ctrlC.pressed()) {
                throw new CommandFailedException("stopped; " + file + " is as it was", ExitCodes.INTERRUPTED);
            }
            screen.line(
                    "driftline: " + e.getMessage() + "; " + file + " is as it was, and the next try is in " + every);
        }
    }

    private void once(ArpaFile file, Optional<Set<String>> kept, WorkFolder work, Screen screen, CtrlC ctrlC)
            throws IOException {
        try (ExportedCounts counts = source.open(work, screen, ctrlC)) {
            int order = source.order().orElse(counts.model().settings().order());
            ExportOptions options =
                    new ExportOptions(order, prune(order), pruneEntropy == null ? 0 : pruneEntropy, kept);
            String summary = export(counts, options, file, work, screen, ctrlC);
            screen.clear();
            if (file.path().isPresent()) {
                spec.commandLine().getOut().println(summary);
                spec.commandLine().getOut().flush();
            } else {
                screen.line(summary);
            }
        }
    }

    private String export(
            ExportedCounts counts, ExportOptions options, ArpaFile file, WorkFolder work, Screen screen, CtrlC ctrlC)
            throws IOException {
        ProgressLine line = new ProgressLine(screen, PRINTED);
        long began = System.nanoTime();
        try {
            BackoffNgrams model = ArpaExport.of(counts.model(), options, (step, ngrams) -> {
                if (ctrlC.pressed()) {
                    throw new CommandFailedException("stopped; nothing was written", ExitCodes.INTERRUPTED);
                }
                line.show(() -> String.format(Locale.ROOT, "%s: %,d n-grams", step, ngrams));
            });
            long bytes = file.write(model, work);
            return summary(counts, file, model.summary(), bytes, (System.nanoTime() - began) / 1e9);
        } catch (UnsayableModelException e) {
            throw new CommandFailedException(e.getMessage());
        } catch (OutOfMemoryError e) {
            throw new CommandFailedException(String.format(
                    Locale.ROOT,
                    "the n-grams do not fit into the heap of %,d MB: give it more with DRIFTLINE_JAVA_OPTS=-Xmx8g, or leave some out"
                            + " with --prune-counts or a lower --order",
                    Runtime.getRuntime().maxMemory() >> 20));
        }
    }

    private static String summary(
            ExportedCounts counts, ArpaFile file, ExportSummary summary, long bytes, double seconds) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s: %,d n-grams of %s (%s by order), %.1f MB, in %.1f s: %.2f million n-grams a second",
                file,
                summary.total(),
                counts.described(),
                Arrays.stream(summary.ngrams())
                        .skip(1)
                        .mapToObj(ngrams -> String.format(Locale.ROOT, "%,d", ngrams))
                        .collect(Collectors.joining(" + ")),
                bytes / 1e6,
                seconds,
                summary.total() / seconds / 1e6));
        left(text, summary.prunedByCount(), "n-grams came too seldom");
        left(text, summary.prunedByEntropy(), "n-grams cost too little");
        left(text, summary.outside(), "words are not in --words");
        left(text, summary.unsayable(), "words cannot be said in the format");
        left(text, summary.ngramsOfThose(), "n-grams have such a word");
        left(text, summary.ngramsUncounted(), "n-grams have a word that its shard does not count");
        if (summary.zeros() > 0) {
            text.append(String.format(Locale.ROOT, "; %,d have probability 0, written as 10^-99", summary.zeros()));
        }
        return text.toString();
    }

    private static void left(StringBuilder text, long count, String why) {
        if (count > 0) {
            text.append(String.format(Locale.ROOT, "; left out: %,d %s", count, why));
        }
    }

    private long[] prune(int order) {
        try {
            return ExportOptions.prune(
                    order, pruneCounts.stream().mapToLong(Long::longValue).toArray());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--prune-counts: " + e.getMessage());
        }
    }

    private Optional<Set<String>> words() {
        if (words == null) {
            return Optional.empty();
        }
        try {
            Set<String> kept = new HashSet<>(WordList.read(words));
            if (kept.isEmpty()) {
                throw new CommandFailedException("--words " + words + " has no words: expected one a line");
            }
            return Optional.of(kept);
        } catch (IOException e) {
            throw new CommandFailedException("cannot read --words: " + e.getMessage());
        }
    }
}
