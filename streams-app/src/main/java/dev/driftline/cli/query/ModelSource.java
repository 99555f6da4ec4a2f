package dev.driftline.cli.query;

import dev.driftline.arpa.ArpaProgress;
import dev.driftline.arpa.ArpaReader;
import dev.driftline.backoff.BackoffModel;
import dev.driftline.bulk.models.BackoffTextModel;
import dev.driftline.bulk.models.CountsModel;
import dev.driftline.bulk.models.InstanceModel;
import dev.driftline.bulk.models.NetworkModel;
import dev.driftline.bulk.models.ScoringModel;
import dev.driftline.cli.options.GivenOptions;
import dev.driftline.mixture.CommonWeights;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotFolder;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.serving.query.BackoffQueries;
import dev.driftline.serving.query.DirectQueries;
import dev.driftline.smoothing.Smoothing;
import dev.driftline.store.LearnedText;
import dev.driftline.store.StateDirectory;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import dev.driftline.text.Tokenizers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Which model a command asks: the one in a state directory, the one that a running instance is learning, or an ARPA file.
 */
final class ModelSource {

    private static final int BUSY_SECONDS = 60;
    private static final Pattern BUSY = Pattern.compile(".* answered (?:429|503): .*", Pattern.DOTALL);
    private static final Pattern REFUSED_TEXT = Pattern.compile(".* answered (?:400|413|422): (.*)", Pattern.DOTALL);

    /** One of the three. */
    static final class Place {
        @Option(
                names = "--state",
                paramLabel = "DIR",
                description = "State directory of a stopped service, of a demo, or of evaluate --state.")
        Path state;

        @Option(
                names = "--instance",
                paramLabel = "URL",
                description = "Address that a running `driftline run` printed: http://127.0.0.1:PORT.")
        URI instance;

        @Option(
                names = "--arpa",
                paramLabel = "FILE",
                description = "An ARPA file of KenLM, SRILM or IRSTLM, or what `driftline import arpa` made of one.")
        Path arpa;
    }

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @ArgGroup(multiplicity = "0..1")
    private Place place = new Place();

    @Mixin
    private InstanceAccess access;

    @Mixin
    private CountsSettings settings;

    @Option(
            names = "--tokenizer",
            paramLabel = "NAME",
            description = "How text becomes tokens, and tokens text again: " + Tokenizers.GRAMMAR
                    + ". Default: as the text that the model has learned; with --arpa whitespace.")
    private String tokenizer;

    @Option(
            names = "--language",
            paramLabel = "TAG",
            defaultValue = "",
            description =
                    "The language of the text, such as en: --tokenizer words knows its abbreviations then. Default: none.")
    private String language;

    /** Whether a running instance was named. */
    boolean isInstance() {
        return place.instance != null;
    }

    /** Whether a state directory was named. */
    boolean isState() {
        return place.state != null;
    }

    /** The language of texts that do not say theirs; empty for none. */
    String language() {
        return language;
    }

    /** Whether an ARPA file was named. */
    boolean isArpa() {
        return place.arpa != null;
    }

    /**
     * Opens the model that was named, without a snapshot of its own.
     *
     * @throws CommandFailedException if none was named, or it cannot be read
     */
    OpenModel open() {
        if (!isInstance() && !isState() && !isArpa()) {
            throw new CommandFailedException(
                    "name the model to ask: --state DIR, --instance URL or --arpa FILE", ExitCodes.USAGE);
        }
        return open(Optional.empty());
    }

    /**
     * Opens the model that was named.
     *
     * @param snapshot a folder with a snapshot of a network, too; empty for none
     * @throws CommandFailedException if none was named, or it cannot be read
     */
    OpenModel open(Optional<Path> snapshot) {
        refuseSettingsOfNoCounts();
        if (isInstance()) {
            if (snapshot.isPresent()) {
                throw new CommandFailedException(
                        "--instance has its own snapshot: leave --snapshot out", ExitCodes.USAGE);
            }
            return new OpenModel(
                    new InstanceQueries(this::post), texts(this::instanceTokenizer), Optional.empty(), () -> {});
        }
        if (isArpa()) {
            if (snapshot.isPresent()) {
                throw new CommandFailedException(
                        "--arpa is the whole model: leave --snapshot out. A service mixes both, with model.background",
                        ExitCodes.USAGE);
            }
            return new OpenModel(
                    new BackoffQueries(readArpa()), texts(() -> Tokenizers.WHITESPACE), Optional.empty(), () -> {});
        }
        if (!isState() && snapshot.isEmpty()) {
            throw new CommandFailedException(
                    "name the model to ask: --state DIR, --snapshot DIR, both, --instance URL, or --arpa FILE",
                    ExitCodes.USAGE);
        }
        Optional<Snapshot> network = snapshot.map(ModelSource::read);
        Optional<StateDirectory> state = openState();
        warnOfAnotherTokenizer();
        return new OpenModel(
                DirectQueries.of(state.map(StateDirectory::model), network),
                texts(() -> learnedTokenizer(network)),
                network,
                () -> state.ifPresent(StateDirectory::close));
    }

    private void refuseSettingsOfNoCounts() {
        GivenOptions.of(spec).only(isState(), "with --state", "--smoothing", "--vocabulary");
    }

    private BackoffModel readArpa() {
        try {
            return ArpaReader.read(place.arpa, new ArpaProgress() {
                @Override
                public void warn(String message) {
                    spec.commandLine().getErr().println("driftline: warning: " + message);
                }
            });
        } catch (IOException e) {
            throw new CommandFailedException(e.getMessage());
        }
    }

    /**
     * Opens the model that was named, to score many texts with it on several threads.
     *
     * @param snapshot a folder with a snapshot of a network; empty for another model
     * @param learns whether the model begins with nothing and learns
     * @param order of such a model
     * @param threads that will score
     * @throws CommandFailedException if not one model was named, or it cannot be read
     */
    ScoringModel scoring(Optional<Path> snapshot, boolean learns, int order, int threads) {
        int named = (isInstance() ? 1 : 0)
                + (isState() ? 1 : 0)
                + (isArpa() ? 1 : 0)
                + (snapshot.isPresent() ? 1 : 0)
                + (learns ? 1 : 0);
        if (named != 1) {
            throw new CommandFailedException(
                    "name one model to score with: --state DIR, --snapshot DIR, --arpa FILE, --instance URL or --learn",
                    ExitCodes.USAGE);
        }
        refuseSettingsOfNoCounts();
        if (learns) {
            return CountsModel.learning(
                    new ModelSettings(order, Smoothing.KNESER_NEY, Vocabulary.growing(), ModelSettings.DEFAULT_DELTA),
                    cacheBytes(1),
                    texts(() -> Tokenizers.DEFAULT)::tokenizer);
        }
        if (isInstance()) {
            InstanceClient client = access.client(place.instance);
            return new InstanceModel(
                    (path, body) -> post(client, path, body),
                    texts(this::instanceTokenizer)::tokenizer,
                    place.instance.toString());
        }
        if (isArpa()) {
            BackoffModel model = readArpa();
            String identity = "arpa " + place.arpa.toAbsolutePath().normalize() + " "
                    + place.arpa.toFile().length() + " " + Long.toHexString(model.fingerprint());
            return new BackoffTextModel(model, texts(() -> Tokenizers.WHITESPACE)::tokenizer, identity);
        }
        Optional<Snapshot> network = snapshot.map(ModelSource::read);
        ModelTexts texts = texts(() -> learnedTokenizer(network));
        if (network.isPresent()) {
            return new NetworkModel(network.get(), texts::tokenizer);
        }
        StateDirectory state = openState().orElseThrow();
        warnOfAnotherTokenizer();
        return CountsModel.frozen(
                () -> state.another(cacheBytes(threads)),
                mixture -> weights(place.state, mixture),
                texts::tokenizer,
                "state " + place.state.toAbsolutePath().normalize() + " "
                        + state.model().settings().smoothing().label() + " " + stateFiles(),
                state::close);
    }

    private static CommonWeights weights(Path folder, MixtureSettings mixture) {
        try {
            return StateDirectory.weights(folder, mixture).orElseGet(() -> new CommonWeights(mixture));
        } catch (IllegalStateException e) {
            throw new CommandFailedException(e.getMessage());
        }
    }

    /** Heap that the decoded counts of one of so many threads may take. */
    private static long cacheBytes(int threads) {
        return Math.max(64L << 20, Runtime.getRuntime().maxMemory() / 3) / threads;
    }

    /** What tells these counts from others: tables of RocksDB are never changed, but replaced by others. */
    private String stateFiles() {
        CRC32 sum = new CRC32();
        try (Stream<Path> files = Files.walk(place.state)) {
            files.filter(file -> file.toString().endsWith(".sst")).sorted().forEach(file -> {
                String name = file + ":" + file.toFile().length() + "\n";
                sum.update(name.getBytes(StandardCharsets.UTF_8));
            });
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + place.state, e);
        }
        return Long.toHexString(sum.getValue());
    }

    /** A text that the service does not take is a matter of that text; everything else ends the run. */
    private String post(InstanceClient client, String path, String body) throws IOException {
        try {
            for (int busy = 0; ; busy++) {
                try {
                    return client.post(path, body);
                } catch (CommandFailedException e) {
                    String message = String.valueOf(e.getMessage());
                    Matcher refused = REFUSED_TEXT.matcher(message);
                    if (refused.matches()) {
                        throw new IllegalArgumentException(refused.group(1), e);
                    }
                    if (busy == BUSY_SECONDS || !BUSY.matcher(message).matches()) {
                        throw e;
                    }
                    // It has work for all its threads, or a part of the model moves: soon over.
                    Thread.sleep(1_000);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private ModelTexts texts(Supplier<String> learned) {
        requireTokenizer();
        return new ModelTexts(() -> tokenizer != null ? tokenizer : learned.get(), language);
    }

    private void requireTokenizer() {
        try {
            if (tokenizer != null) {
                Tokenizers.recorded(tokenizer);
            }
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException("--tokenizer: " + e.getMessage(), ExitCodes.USAGE);
        }
    }

    /** Another tokenizer may be meant; unsaid, its odd answers would be taken for the model's. */
    private void warnOfAnotherTokenizer() {
        if (tokenizer != null && place.state != null) {
            requireTokenizer();
            LearnedText.tokenizer(place.state)
                    .filter(known -> !Tokenizers.same(known, tokenizer))
                    .ifPresent(known -> spec.commandLine()
                            .getErr()
                            .println("driftline: warning: the model in " + place.state + " has learned text that "
                                    + known + " has cut, and --tokenizer " + tokenizer + " cuts another way"));
        }
    }

    /** That of the counts; where they were left by an earlier version, which did not note it, that of the network. */
    private String learnedTokenizer(Optional<Snapshot> network) {
        return Optional.ofNullable(place.state)
                .flatMap(LearnedText::tokenizer)
                .or(() -> network.map(snapshot -> snapshot.manifest().tokenizer()))
                .orElse(Tokenizers.DEFAULT);
    }

    private static Snapshot read(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new CommandFailedException("--snapshot " + folder
                    + " is not a folder: name one that `driftline train` or" + " `driftline snapshots export` wrote");
        }
        try {
            return SnapshotFolder.read(folder);
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandFailedException("cannot read the snapshot in " + folder + ": " + e.getMessage());
        }
    }

    private Optional<StateDirectory> openState() {
        if (place.state == null) {
            return Optional.empty();
        }
        return Optional.of(settings.open(place.state, ModelSettings.DEFAULT_DELTA));
    }

    private String post(String path, Map<String, Object> body) {
        return ask(client -> client.post(path, PlainJson.line(body)));
    }

    /** The tokenizer of the instance; an earlier version does not say it. */
    private String instanceTokenizer() {
        return PlainJson.read(ask(client -> client.get("/v1/status")))
                .path("tokenizer")
                .asText(Tokenizers.DEFAULT);
    }

    private interface Question {
        String ask(InstanceClient client) throws IOException, InterruptedException;
    }

    private String ask(Question question) {
        try {
            return question.ask(access.client(place.instance));
        } catch (IOException e) {
            String reason = e.getMessage() == null ? "" : " (" + e.getMessage() + ")";
            throw new CommandFailedException("nothing answers at " + place.instance + reason
                    + ": start it with `driftline run`, or give the address that it printed");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailedException("interrupted");
        }
    }
}
