package dev.driftline.cli.arpa;

import dev.driftline.cli.offline.CorpusOptions;
import dev.driftline.cli.offline.NgramModelOptions;
import dev.driftline.cli.options.GivenOptions;
import dev.driftline.cli.query.CountsSettings;
import dev.driftline.cli.query.InstanceAccess;
import dev.driftline.corpus.CorpusReader;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.store.StateDirectory;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.CtrlC;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.ProgressLine;
import dev.driftline.terminal.Screen;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Which counts are exported: those in a state directory, of a running service, or of files that are learned first. */
final class ExportSource {

    private static final int DEFAULT_ORDER = 5;

    private static final Duration PRINTED = Duration.ofSeconds(5);

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "FILE",
            description = "Corpus files, as for `driftline evaluate`: they are learned in memory first.")
    private List<Path> files = List.of();

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "State directory of a stopped service, of a demo, or of evaluate --state.")
    private @Nullable Path state;

    @Option(
            names = "--instance",
            paramLabel = "URL",
            description =
                    "Address of an instance of a running service: http://127.0.0.1:PORT. Every shard is as of its last commit when"
                            + " the service is asked; with several shards a document of that moment may be in some of them and not in others.")
    private @Nullable URI instance;

    @Mixin
    private InstanceAccess access;

    @Option(
            names = "--source",
            paramLabel = "NAME",
            description =
                    "With FILEs: learn only the documents of this source. Counts of a service are those of all its sources"
                            + " together. Default: all.")
    private @Nullable String source;

    @Option(
            names = "--order",
            paramLabel = "M",
            description =
                    "Words in the longest n-gram, 1 to 7, and at most as many as are counted. KenLM is built for 6 unless told"
                            + " otherwise. Default: as many as are counted; with FILEs 5.")
    private @Nullable Integer order;

    @Mixin
    private CountsSettings settings;

    @Option(
            names = "--delta",
            paramLabel = "D",
            description = "Added to each count by add-delta, above 0. Default: ${DEFAULT-VALUE}.")
    private double delta = ModelSettings.DEFAULT_DELTA;

    @Mixin
    private CorpusOptions corpus;

    /** Refuses what has no effect, before anything is opened. */
    void check() {
        boolean hasFiles = !files.isEmpty();
        if ((hasFiles ? 1 : 0) + (state != null ? 1 : 0) + (instance != null ? 1 : 0) != 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    "name the counts to export, once: --state DIR, --instance URL, or FILEs with text to learn first");
        }
        GivenOptions given = GivenOptions.of(spec);
        given.only(
                hasFiles,
                "with FILEs",
                "--source",
                "--limit",
                "--format",
                "--text-field",
                "--tokenizer",
                "--document-max-tokens",
                "--token-max-bytes",
                "--skip-malformed");
        settings.smoothing(Optional.empty());
        given.only(
                settings.smoothing().map("add-delta"::equals).orElse(!hasFiles),
                "with --smoothing add-delta",
                "--delta");
    }

    /** The order of the model, where it was given. */
    Optional<Integer> order() {
        return Optional.ofNullable(order);
    }

    /** Whether the counts are those of a running service. */
    boolean isInstance() {
        return instance != null;
    }

    /**
     * Opens the counts as they stand.
     *
     * @param work for what has to be on the disk for it
     */
    ExportedCounts open(WorkFolder work, Screen screen, CtrlC ctrlC) throws IOException {
        URI asked = instance;
        if (asked != null) {
            Path copies = work.resolve("counts");
            ProgressLine line = new ProgressLine(screen, PRINTED);
            new InstanceCopies(
                            asked,
                            access.client(asked),
                            ctrlC::pressed,
                            bytes -> line.show(() -> String.format(Locale.ROOT, "%.1f MB of counts read", bytes / 1e6)))
                    .into(copies);
            return open(copies, asked.toString());
        }
        Path folder = state;
        return folder == null ? learn(screen, ctrlC) : open(folder, folder.toString());
    }

    /**
     * Opens the counts in a folder.
     *
     * @param described what they are
     */
    private ExportedCounts open(Path folder, String described) {
        boolean hasBackground;
        try {
            hasBackground = StateDirectory.learned(folder)
                    .map(model -> !model.background().isEmpty())
                    .orElse(false);
        } catch (IllegalStateException e) {
            throw new CommandFailedException(e.getMessage());
        }
        StateDirectory opened = settings.open(folder, delta);
        return new ExportedCounts(
                opened.model(), described + (hasBackground ? " without its background" : ""), opened::close);
    }

    private ExportedCounts learn(Screen screen, CtrlC ctrlC) throws IOException {
        ModelSettings made = new ModelSettings(
                order == null ? DEFAULT_ORDER : order,
                settings.smoothing(Optional.empty()),
                settings.vocabulary(Optional.empty()),
                delta);
        LocalModel model = new LocalModel(made, 1, shard -> new HeapPageStore(), NgramModelOptions.cacheBytes());
        ProgressLine line = new ProgressLine(screen, PRINTED);
        long[] documents = new long[2];
        for (Path file : files) {
            corpus.refuseTokenizerOfTokens(file);
            try (CorpusReader reader = corpus.open(file)) {
                corpus.each(file, reader, ctrlC::pressed, screen, (entry, document) -> {
                    documents[0]++;
                    if (document.learn() && (source == null || document.source().equals(source))) {
                        model.score(DocumentTokens.of(document.sentences()), true);
                        documents[1]++;
                    }
                    line.show(() ->
                            String.format(Locale.ROOT, "%,d of %,d documents learned", documents[1], documents[0]));
                });
            }
        }
        if (ctrlC.pressed()) {
            throw new CommandFailedException("stopped before everything was learned", ExitCodes.INTERRUPTED);
        }
        if (documents[1] == 0) {
            throw new CommandFailedException(
                    source == null
                            ? "no document is to be learned: each says \"learn\": false"
                            : "no document is of the source " + source);
        }
        screen.clear();
        return new ExportedCounts(model, String.format(Locale.ROOT, "%,d documents", documents[1]), () -> {});
    }
}
