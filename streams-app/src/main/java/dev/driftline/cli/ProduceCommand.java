package dev.driftline.cli;

import dev.driftline.cli.offline.CorpusText;
import dev.driftline.cli.options.ConfigOptions;
import dev.driftline.cli.options.GivenOptions;
import dev.driftline.cli.options.MalformedLines;
import dev.driftline.cli.options.WholeFileOption;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.InputKeys;
import dev.driftline.corpus.CorpusEntry;
import dev.driftline.corpus.CorpusFormat;
import dev.driftline.corpus.CorpusFormatException;
import dev.driftline.corpus.CorpusReader;
import dev.driftline.corpus.TextInput;
import dev.driftline.ingest.DocumentPublisher;
import dev.driftline.ingest.PublishException;
import dev.driftline.ingest.RateLimit;
import dev.driftline.ingest.RecordForm;
import dev.driftline.ingest.RecordKey;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.CtrlC;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import dev.driftline.terminal.ProgressLine;
import dev.driftline.terminal.Screen;
import dev.driftline.text.Tokenizer;
import dev.driftline.text.Tokenizers;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code driftline produce}: files into the documents topic or the text topic. */
@Command(
        name = "produce",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Publish the documents of files, one record each, and count what the brokers acknowledge.",
            "  .tsv    id TAB source TAB sentence </s> sentence …   (tokens parted by spaces)",
            "  .txt    raw text, a document a line, or with --whole-file a document a file",
            "  .jsonl  an object a line: text or sentences; optional id, source, language, learn, published_at, attributes",
            "  .json   the same objects in an array, or one after the other",
            "Each may be compressed (.gz, .zst); - is the standard input and needs --format."
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  driftline produce brown.docs.tsv",
            "  driftline produce --raw --rate 50 news.jsonl --bootstrap-servers localhost:9092"
        })
final class ProduceCommand implements Callable<Integer> {

    private static final Duration PRINTED = Duration.ofSeconds(2);

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = "Files to publish, one after the other; - for the standard input.")
    private List<Path> files;

    @Option(names = "--raw", description = "Publish raw text to the text topic; the service tokenises it.")
    private boolean raw;

    @Mixin
    private WholeFileOption format;

    @Option(
            names = "--tokenizer",
            paramLabel = "NAME",
            description = "How raw text becomes tokens: " + Tokenizers.GRAMMAR + ". Default: the setting tokenizer.")
    private @Nullable String tokenizer;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description =
                    "The key of records: source, id or none. Default: source, which keeps the documents of a source in order.")
    private RecordKey key = RecordKey.SOURCE;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description =
                    "Publish at most this many documents a second, 0 or more; 0 for no limit. Default: ${DEFAULT-VALUE}.")
    private double rate;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Stop after this many documents, 1 or more. Default: all.")
    private long limit = Long.MAX_VALUE;

    @Mixin
    private MalformedLines malformed;

    @Option(names = "--json", description = "Print the counts as one JSON object.")
    private boolean json;

    @Mixin
    private ConfigOptions config;

    private long started;

    @Override
    public Integer call() throws IOException {
        GivenOptions.of(spec)
                .only(!raw, "without --raw: the service tokenises raw text", "--tokenizer")
                .only(!format.isGiven(), "without --whole-file", "--format")
                .only(
                        files.stream().anyMatch(file -> format.of(file) != CorpusFormat.TSV),
                        "on raw text, and a .tsv file has tokens",
                        "--tokenizer");
        DriftlineConfig loaded =
                config.loadToConnect(tokenizer == null ? Map.of() : Map.of(InputKeys.TOKENIZER.name(), tokenizer));
        for (Path file : files) {
            format.of(file);
            requireReadable(file);
        }
        RecordForm form = raw ? RecordForm.TEXT : RecordForm.DOCUMENT;
        try (CtrlC ctrlC = CtrlC.then(Thread.currentThread()::interrupt);
                Screen screen = Screen.on(spec.commandLine().getErr());
                DocumentPublisher publisher = DocumentPublisher.open(loaded, form, key)) {
            started = System.nanoTime();
            ProgressLine line = new ProgressLine(screen, PRINTED);
            try {
                Tokenizer words = Tokenizers.named(loaded.get(InputKeys.TOKENIZER));
                for (Path file : files) {
                    publish(file, publisher, words, screen, line);
                }
                publisher.flush();
            } catch (InterruptedException | InterruptException e) {
                // The wait for acknowledgements below must not be interrupted.
                Thread.interrupted();
            } catch (PublishException e) {
                publisher.settle();
                throw failure(e, publisher);
            } catch (CorpusFormatException e) {
                publisher.flush();
                throw failure(e, publisher);
            }
            publisher.settle();
            screen.clear();
            report(publisher, ctrlC.pressed());
            return ctrlC.pressed() ? ExitCodes.INTERRUPTED : ExitCodes.OK;
        }
    }

    /** A file that is missing or empty is found before anything is published. */
    private void requireReadable(Path file) throws IOException {
        if (TextInput.isStandardInput(file)
                || Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file)) {
            return; // a pipe can be read but once
        }
        try (CorpusReader reader = format.format().open(file, format.of(file))) {
            if (reader.bytesTotal() > 0) {
                return;
            }
        }
        throw CorpusText.noDocument(file);
    }

    private void publish(Path file, DocumentPublisher publisher, Tokenizer words, Screen screen, ProgressLine line)
            throws IOException, InterruptedException {
        RateLimit rateLimit = new RateLimit(rate);
        try (CorpusReader reader = format.format().open(file, format.of(file))) {
            while (publisher.published() < limit && reader.hasNext()) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                rateLimit.await();
                try {
                    publishNext(file, reader, publisher, words);
                } catch (CorpusFormatException e) {
                    malformed.skip(e, screen);
                }
                progress(reader, publisher, line);
            }
        }
    }

    private static void publishNext(Path file, CorpusReader reader, DocumentPublisher publisher, Tokenizer words) {
        CorpusEntry entry = reader.next();
        try {
            publisher.publish(entry, words);
        } catch (IllegalArgumentException e) {
            throw new CorpusFormatException(file, entry.line(), String.valueOf(e.getMessage()));
        }
    }

    private void progress(CorpusReader reader, DocumentPublisher publisher, ProgressLine line) {
        line.show(() -> String.format(
                Locale.ROOT,
                "%s: %,d %%, %,d documents, %,d acknowledged%s",
                reader.file().getFileName(),
                reader.bytesTotal() == 0 ? 0 : 100 * reader.bytesRead() / reader.bytesTotal(),
                publisher.published(),
                publisher.acknowledged(),
                raw
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                ", %,.0f tokens/s",
                                publisher.tokens() * 1e9 / (System.nanoTime() - started))));
    }

    private void report(DocumentPublisher publisher, boolean stopped) {
        double seconds = (System.nanoTime() - started) / 1e9;
        Map<String, Object> outcome = new LinkedHashMap<>();
        outcome.put("topic", publisher.topic());
        outcome.put("documents", publisher.published());
        outcome.put("acknowledged", publisher.acknowledged());
        outcome.put("tokens", publisher.tokens());
        outcome.put("malformed", malformed.skipped());
        outcome.put("complete", !stopped);
        outcome.put("seconds", seconds);
        outcome.put("tokens_per_second", publisher.tokens() / seconds);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(PlainJson.line(outcome));
        } else {
            String tokens = publisher.tokens() == 0
                    ? ""
                    : String.format(
                            Locale.ROOT,
                            "; %,d tokens, %,.0f tokens/s",
                            publisher.tokens(),
                            publisher.tokens() / seconds);
            out.printf(
                    Locale.ROOT,
                    "%s%,d documents in %s, %,d acknowledged%s%s, %.1f s%n",
                    stopped ? "stopped: " : "",
                    publisher.published(),
                    publisher.topic(),
                    publisher.acknowledged(),
                    tokens,
                    malformed.remark(),
                    seconds);
        }
        out.flush();
    }

    private static CommandFailedException failure(RuntimeException cause, DocumentPublisher publisher) {
        String hint = cause instanceof CorpusFormatException ? "; --skip-malformed passes over such lines" : "";
        CommandFailedException failure = new CommandFailedException(String.format(
                Locale.ROOT,
                "%s (%,d documents before it are published%s)",
                cause.getMessage(),
                publisher.acknowledged(),
                hint));
        failure.initCause(cause);
        return failure;
    }
}
