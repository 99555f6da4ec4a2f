package dev.driftline.cli.arpa;

import dev.driftline.arpa.ArpaProgress;
import dev.driftline.arpa.ArpaReader;
import dev.driftline.backoff.BackoffFile;
import dev.driftline.backoff.BackoffModel;
import dev.driftline.cli.options.OutputPath;
import dev.driftline.corpus.StoppedInputException;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.CtrlC;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import dev.driftline.terminal.ProgressLine;
import dev.driftline.terminal.Screen;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code driftline import arpa}: checks an ARPA file, and makes a file of it that opens at once. */
@Command(
        name = "arpa",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Check an ARPA file of KenLM, SRILM or IRSTLM, and write the model as a file that opens at once.",
            "Takes plain files, gzip and zstd, up to 7-grams. What is malformed is refused with its line and what to do."
                    + " Every command that takes an ARPA file takes the model that this writes, too; both give the same"
                    + " probabilities."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  driftline import arpa news.arpa.gz --output news.model",
            "  driftline generate --arpa news.model --prompt \"the jury said\" --next 10"
        })
public final class ImportArpaCommand implements Callable<Integer> {

    private static final Duration PRINTED = Duration.ofSeconds(10);

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The ARPA file; - for the standard input.")
    private Path file;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "MODEL",
            description = "The file to write.")
    private Path output;

    @Option(names = "--overwrite", description = "Replace the file that is there.")
    private boolean overwrite;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        OutputPath.checkFile("--output", output, overwrite);
        long start = System.nanoTime();
        List<String> warnings = new ArrayList<>();
        try (Screen screen = Screen.on(spec.commandLine().getErr());
                CtrlC ctrlC = CtrlC.then(() -> {})) {
            BackoffModel model;
            try {
                model = ArpaReader.read(file, new Shown(screen, ctrlC, warnings));
                stopIfPressed(ctrlC);
                BackoffFile.write(model, output);
            } catch (CancellationException | StoppedInputException e) {
                return ExitCodes.INTERRUPTED;
            } catch (IOException e) {
                throw new CommandFailedException(e.getMessage());
            } finally {
                screen.clear();
            }
            print(model, warnings, (System.nanoTime() - start) / 1e9);
        }
        return ExitCodes.OK;
    }

    private void print(BackoffModel model, List<String> warnings, double seconds) {
        long ngrams = 0;
        Map<String, Long> orders = new LinkedHashMap<>();
        for (int length = 1; length <= model.order(); length++) {
            ngrams += model.ngrams(length);
            orders.put(Integer.toString(length), model.ngrams(length));
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("output", output.toString());
            fields.put("order", model.order());
            fields.put("ngrams", orders);
            fields.put("unknown", model.hasUnknown());
            fields.put("heap_bytes", model.heapBytes());
            fields.put("seconds", seconds);
            fields.put("ngrams_per_second", ngrams / seconds);
            fields.put("warnings", warnings);
            out.println(PlainJson.line(fields));
        } else {
            orders.forEach((length, count) -> out.printf(Locale.ROOT, "%12d  %s-grams%n", count, length));
            out.printf(
                    Locale.ROOT,
                    "%s: %d n-grams in %.1f s (%.0f a second); opened, it takes %.0f MB of heap%n",
                    output,
                    ngrams,
                    seconds,
                    ngrams / seconds,
                    Math.ceil(model.heapBytes() / 1e6));
        }
        out.flush();
    }

    private static void stopIfPressed(CtrlC ctrlC) {
        if (ctrlC.pressed()) {
            throw new CancellationException("Ctrl-C");
        }
    }

    /** How far the file is read, on the screen. */
    private static final class Shown implements ArpaProgress {
        private final Screen screen;
        private final CtrlC ctrlC;
        private final List<String> warnings;
        private final ProgressLine line;

        Shown(Screen screen, CtrlC ctrlC, List<String> warnings) {
            this.screen = screen;
            this.ctrlC = ctrlC;
            this.warnings = warnings;
            line = new ProgressLine(screen, PRINTED);
        }

        @Override
        public void read(int length, long done, long all) {
            stopIfPressed(ctrlC);
            line.show(() -> String.format(Locale.ROOT, "%d of %d %d-grams", done, all, length));
        }

        @Override
        public void warn(String message) {
            warnings.add(message);
            screen.line("driftline: warning: " + message);
        }
    }
}
