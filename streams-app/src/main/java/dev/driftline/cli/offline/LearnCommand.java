package dev.driftline.cli.offline;

import dev.driftline.cli.options.ConfigOptions;
import dev.driftline.cli.options.MalformedLines;
import dev.driftline.cli.options.WholeFileOption;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.InputKeys;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.corpus.CorpusEntry;
import dev.driftline.corpus.CorpusFormat;
import dev.driftline.corpus.CorpusFormatException;
import dev.driftline.corpus.TextInput;
import dev.driftline.identity.PrefixOwner;
import dev.driftline.ingest.DocumentFile;
import dev.driftline.ingest.FilePublishing;
import dev.driftline.ingest.LearnedWait;
import dev.driftline.ingest.PublishException;
import dev.driftline.ingest.RecordForm;
import dev.driftline.ingest.RecordKey;
import dev.driftline.input.DocumentRules;
import dev.driftline.input.Limits;
import dev.driftline.rows.RowFormat;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.smoothing.Smoothing;
import dev.driftline.store.LearnedText;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.CtrlC;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import dev.driftline.terminal.ProgressLine;
import dev.driftline.terminal.Screen;
import dev.driftline.text.Tokenizer;
import dev.driftline.text.Tokenizers;
import dev.driftline.topics.TopicAdmin;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code driftline learn}: files into a service's model, or into a folder. */
@Command(
        name = "learn",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Have a service learn the documents of files, each once, and wait until it has.",
            "Documents are published as `driftline produce` does, in transactions that also note how far the file is. After Ctrl-C "
                    + "or a crash the same command goes on where it stopped, and a file that was published to its end is not "
                    + "published again; the brokers remember that for offsets.retention.minutes, seven days by default. With "
                    + "--state the counts go into a folder, without Kafka, as fast as they can be counted.",
            "Files are as for `driftline produce`, or Parquet; of TSV, --text-field names a column of raw text, by its number or its"
                    + " name in the first line."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  driftline learn wiki.jsonl.zst --bootstrap-servers localhost:9092",
            "  driftline learn shard-*.parquet --text-field content --raw",
            "  driftline learn wiki.txt.gz --state wiki-state --tokenizer words"
        })
public final class LearnCommand implements Callable<Integer> {

    private static final Duration PRINTED = Duration.ofSeconds(5);
    private static final long LOOK_AGAIN_MS = 500;
    private static final int NEW_ORDER = 5;

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = "Files to learn, one after the other; - for the standard input, which is not remembered.")
    private List<Path> files;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Learn into this folder, without Kafka, and go on with the model in it.")
    private @Nullable Path state;

    @Option(
            names = "--order",
            paramLabel = "N",
            description =
                    "With --state: words in the longest n-gram, 1 to 7. Default: as in the folder, or 5 for a new one.")
    private @Nullable Integer order;

    @Option(
            names = "--shards",
            paramLabel = "N",
            description =
                    "With --state: split the counts as a service does, 1 to 1024. Default: as in the folder, or 1 for a new one.")
    private @Nullable Integer shards;

    @Option(names = "--raw", description = "Without --state: publish raw text, which the service tokenises.")
    private boolean raw;

    @Mixin
    private WholeFileOption format;

    @Option(
            names = "--tokenizer",
            paramLabel = "NAME",
            description = "Without --raw: how text becomes tokens: " + Tokenizers.GRAMMAR
                    + ". Default: the setting tokenizer;" + " with --state as the text learned there before, or words.")
    private @Nullable String tokenizer;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description =
                    "Without --state: the key of records: source, id or none. Default: source, which keeps the documents of"
                            + " a source in order.")
    private RecordKey key = RecordKey.SOURCE;

    @Option(
            names = "--again",
            description = "Learn the files from their beginning, whatever was learned of them before.")
    private boolean again;

    @Option(
            names = "--no-wait",
            description =
                    "Without --state: end when everything is published. Default: wait until the service has learned it.")
    private boolean noWait;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description =
                    "Without --state: wait at most so long for the service to learn, 1 or more. Default: as long as it takes.")
    private long timeout = Long.MAX_VALUE / 1_000_000_000;

    @Mixin
    private MalformedLines malformed;

    @Option(names = "--json", description = "Print what was done as one JSON object.")
    private boolean json;

    @Mixin
    private ConfigOptions config;

    private final Map<TopicPartition, Long> ends = new HashMap<>();
    private long started;
    private long documents;
    private long earlier;
    private long tokens;

    @Override
    public Integer call() throws IOException, InterruptedException {
        for (Path file : files) {
            if (!DocumentFile.isParquet(file)) {
                requireTextField(file);
            }
            if (!TextInput.isStandardInput(file) && !Files.exists(file)) {
                throw new CommandFailedException(file + " does not exist");
            }
        }
        started = System.nanoTime();
        try (CtrlC ctrlC = CtrlC.then(() -> {});
                Screen screen = Screen.on(spec.commandLine().getErr())) {
            return state == null ? publish(ctrlC, screen) : learn(state, ctrlC, screen);
        } catch (CorpusFormatException e) {
            CommandFailedException failure = new CommandFailedException(
                    e.getMessage() + "; --skip-malformed passes over such lines. What came before it is learned");
            failure.initCause(e);
            throw failure;
        } catch (PublishException e) {
            CommandFailedException failure = new CommandFailedException(e.getMessage());
            failure.initCause(e);
            throw failure;
        }
    }

    private int publish(CtrlC ctrlC, Screen screen) throws IOException, InterruptedException {
        DriftlineConfig loaded =
                config.loadToConnect(tokenizer == null ? Map.of() : Map.of(InputKeys.TOKENIZER.name(), tokenizer));
        Tokenizer words = Tokenizers.named(loaded.get(InputKeys.TOKENIZER));
        RecordForm form = raw ? RecordForm.TEXT : RecordForm.DOCUMENT;
        ProgressLine line = new ProgressLine(screen, PRINTED);
        for (Path file : files) {
            if (ctrlC.pressed()) {
                break;
            }
            try (DocumentFile rows = open(file);
                    FilePublishing publishing = FilePublishing.open(
                            loaded, form, key, DocumentFile.fingerprint(file), file.toString(), again)) {
                long tokensBefore = tokens;
                rows.skip(goOn(file, publishing.earlier(), screen));
                try {
                    while (!ctrlC.pressed() && rows.hasNext()) {
                        publishNext(rows, publishing, words, screen);
                        tokens = tokensBefore + publishing.publisher().tokens();
                        line.show(() -> progress(rows, "published"));
                    }
                } finally {
                    publishing.commit();
                }
                publishing.ends().forEach((partition, end) -> ends.merge(partition, end, Math::max));
            }
        }
        boolean isLearned = !noWait && !ctrlC.pressed() && !ends.isEmpty() && awaitLearned(loaded, ctrlC, screen);
        screen.clear();
        boolean timedOut = !noWait && !ends.isEmpty() && !isLearned && !ctrlC.pressed();
        report(
                ctrlC.pressed() ? "stopped, the same command goes on from here: " : "",
                timedOut ? ", not all learned yet" : isLearned ? ", learned" : "",
                !ctrlC.pressed() && !timedOut,
                "published");
        return ctrlC.pressed() ? ExitCodes.INTERRUPTED : timedOut ? ExitCodes.TIMED_OUT : ExitCodes.OK;
    }

    private void publishNext(DocumentFile rows, FilePublishing publishing, Tokenizer words, Screen screen) {
        try {
            CorpusEntry entry = rows.next();
            try {
                publishing.publish(entry, words);
            } catch (IllegalArgumentException e) {
                throw new CorpusFormatException(rows.file(), entry.line(), String.valueOf(e.getMessage()));
            }
            documents++;
        } catch (CorpusFormatException e) {
            malformed.skip(e, screen);
            publishing.passOver();
        }
    }

    private boolean awaitLearned(DriftlineConfig loaded, CtrlC ctrlC, Screen screen) throws InterruptedException {
        long since = System.nanoTime();
        PrefixOwner topics = new PrefixOwner(loaded);
        boolean isWarned = false;
        try (TopicAdmin admin = new TopicAdmin(loaded)) {
            ProgressLine line = new ProgressLine(screen, PRINTED);
            // Whoever has the topics learns them, whatever application.id says here; a service that starts takes them
            // first.
            Optional<String> application = topics.owner(admin);
            Optional<LearnedWait> wait = application.map(owner -> new LearnedWait(loaded, owner, ends));
            try {
                while (wait.isEmpty() || !wait.get().isDone()) {
                    double seconds = (System.nanoTime() - since) / 1e9;
                    if (seconds > timeout || ctrlC.awaitPressed(LOOK_AGAIN_MS)) {
                        return false;
                    }
                    if (wait.isEmpty()) {
                        application = topics.owner(admin);
                        wait = application.map(owner -> new LearnedWait(loaded, owner, ends));
                    }
                    if (!isWarned
                            && seconds > 3
                            && application.map(admin::members).orElse(0) == 0) {
                        isWarned = true;
                        screen.line(
                                "no instance of "
                                        + application.orElseGet(() -> loaded.get(ServiceKeys.APPLICATION_ID))
                                        + " runs yet: start one with `driftline run`; everything is published, and Ctrl-C loses nothing");
                    }
                    double share = wait.map(LearnedWait::share).orElse(0.0);
                    line.show(() -> String.format(
                            Locale.ROOT,
                            "%,d documents published; %.0f %% learned%s",
                            documents,
                            100 * share,
                            share > 0.01 && share < 1
                                    ? String.format(Locale.ROOT, ", %s left", time(seconds * (1 - share) / share))
                                    : ""));
                }
                return true;
            } finally {
                wait.ifPresent(LearnedWait::close);
            }
        }
    }

    private int learn(Path folder, CtrlC ctrlC, Screen screen) throws IOException {
        Optional<String> known = LearnedText.tokenizer(folder);
        String chosen;
        Tokenizer words;
        try {
            chosen = Tokenizers.recorded(tokenizer != null ? tokenizer : known.orElse(Tokenizers.DEFAULT));
            words = Tokenizers.named(chosen);
        } catch (IllegalArgumentException e) {
            throw usage("--tokenizer: " + e.getMessage());
        }
        if (known.isPresent() && !Tokenizers.same(known.get(), chosen)) {
            throw usage("--tokenizer " + chosen + ": the model in " + folder + " has learned text that " + known.get()
                    + " has cut: leave it out, or begin a model in another folder");
        }
        StateFolder.Shape shape =
                StateFolder.shape(folder).orElse(new StateFolder.Shape(NEW_ORDER, 1, Vocabulary.growing()));
        ModelSettings settings = new ModelSettings(
                order == null ? shape.order() : order,
                Smoothing.KNESER_NEY,
                shape.vocabulary(),
                ModelSettings.DEFAULT_DELTA);
        DocumentRules rules = new DocumentRules(Limits.of(config.load()));
        ProgressLine line = new ProgressLine(screen, PRINTED);
        try (FolderLearning learning = new FolderLearning(
                folder, settings, shards == null ? shape.shards() : shards, NgramModelOptions.cacheBytes())) {
            LearnedText.write(folder, chosen);
            for (Path file : files) {
                if (ctrlC.pressed()) {
                    break;
                }
                Optional<String> fingerprint = DocumentFile.fingerprint(file);
                long done = again ? 0 : fingerprint.map(learning::earlier).orElse(0L);
                try (DocumentFile rows = open(file)) {
                    rows.skip(goOn(file, done, screen));
                    while (!ctrlC.pressed() && rows.hasNext()) {
                        learnNext(rows, learning, rules, words, screen);
                        done++;
                        line.show(() -> progress(rows, "learned"));
                    }
                } finally {
                    long now = done;
                    fingerprint.ifPresent(of -> learning.note(of, now));
                }
            }
        }
        screen.clear();
        report(
                ctrlC.pressed() ? "stopped, the same command goes on from here: " : "",
                " in " + folder,
                !ctrlC.pressed(),
                "learned");
        return ctrlC.pressed() ? ExitCodes.INTERRUPTED : ExitCodes.OK;
    }

    private void learnNext(
            DocumentFile rows, FolderLearning learning, DocumentRules rules, Tokenizer words, Screen screen) {
        try {
            CorpusEntry entry = rows.next();
            CorpusDocument document = CorpusText.document(rows.file(), entry, words);
            rules.problem(document.id(), document.source(), document.sentences())
                    .ifPresent(problem -> {
                        throw new CorpusFormatException(rows.file(), entry.line(), problem);
                    });
            DocumentTokens coded = DocumentTokens.of(document.sentences());
            if (document.learn()) {
                learning.learn(coded);
                tokens += coded.tokens().length;
                documents++;
            }
        } catch (CorpusFormatException e) {
            malformed.skip(e, screen);
        }
    }

    private long goOn(Path file, long done, Screen screen) {
        if (done > 0) {
            earlier += done;
            screen.line(String.format(
                    Locale.ROOT, "%s: going on after %,d documents; --again learns them again", file, done));
        }
        return done;
    }

    /** A file whose format has no fields has no field of the text; one of TSV may have a column of it. */
    private void requireTextField(Path file) {
        CorpusFormat known = format.of(file);
        if (known != CorpusFormat.TSV) {
            format.format().requireTextFieldOf(file, known);
        }
    }

    private DocumentFile open(Path file) throws IOException {
        boolean isTable = !DocumentFile.isParquet(file)
                && format.of(file) == CorpusFormat.TSV
                && format.format().hasTextField();
        return DocumentFile.isParquet(file)
                ? DocumentFile.rows(file, RowFormat.PARQUET, format.format().textField())
                : isTable
                        ? DocumentFile.rows(file, RowFormat.TSV, format.format().textField())
                        : DocumentFile.corpus(
                                file, format.of(file), format.format().textField());
    }

    private String progress(DocumentFile rows, String what) {
        double seconds = (System.nanoTime() - started) / 1e9;
        double share = rows.bytesTotal() == 0 ? 0 : (double) rows.bytesRead() / rows.bytesTotal();
        return String.format(
                Locale.ROOT,
                "%s:%s %,d documents %s%s%s",
                rows.file().getFileName(),
                share == 0 ? "" : String.format(Locale.ROOT, " %.0f %%,", 100 * share),
                documents,
                what,
                tokens == 0 ? "" : String.format(Locale.ROOT, ", %,.0f tokens/s", tokens / seconds),
                share > 0.01 && files.size() == 1
                        ? String.format(Locale.ROOT, ", %s left", time(seconds * (1 - share) / share))
                        : "");
    }

    private static String time(double seconds) {
        return seconds < 90
                ? String.format(Locale.ROOT, "%.0f s", seconds)
                : seconds < 5_400
                        ? String.format(Locale.ROOT, "%.0f min", seconds / 60)
                        : String.format(Locale.ROOT, "%.1f h", seconds / 3_600);
    }

    private void report(String before, String after, boolean isComplete, String what) {
        double seconds = (System.nanoTime() - started) / 1e9;
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> outcome = new LinkedHashMap<>();
            outcome.put("documents", documents);
            outcome.put("earlier", earlier);
            outcome.put("tokens", tokens);
            outcome.put("malformed", malformed.skipped());
            outcome.put("complete", isComplete);
            outcome.put("seconds", seconds);
            outcome.put("tokens_per_second", tokens / seconds);
            out.println(PlainJson.line(outcome));
        } else {
            out.printf(
                    Locale.ROOT,
                    "%s%,d documents %s%s%s%s%s, %.1f s%n",
                    before,
                    documents,
                    what,
                    after,
                    earlier == 0 ? "" : String.format(Locale.ROOT, " (%,d before)", earlier),
                    tokens == 0
                            ? ""
                            : String.format(Locale.ROOT, ", %,d tokens, %,.0f tokens/s", tokens, tokens / seconds),
                    malformed.remark(),
                    seconds);
        }
        out.flush();
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
