package dev.driftline.cli.query;

import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotFolder;
import dev.driftline.ngram.Smoothing;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.serving.query.DirectQueries;
import dev.driftline.store.StateDirectory;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Which model a command asks: the one in a state directory, or the one that a running instance is learning. */
final class ModelSource {

    /** One of the two. */
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
    }

    @ArgGroup(multiplicity = "0..1")
    private Place place = new Place();

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description = "With --instance: the token to show, or file:PATH; by default what the environment has as"
                    + " DRIFTLINE_HTTP_READ_TOKEN.")
    private String token;

    @Option(
            names = "--trust",
            paramLabel = "PEM",
            description = "With --instance https://…: certificates to trust, instead of those that Java does.")
    private Path trust;

    @Option(
            names = "--vocabulary",
            paramLabel = "V",
            defaultValue = "growing",
            description = "With --state: the vocabulary it was learned with, growing (default) or fixed:FILE.")
    private String vocabulary;

    @Option(
            names = "--smoothing",
            paramLabel = "S",
            defaultValue = "kneser-ney",
            description = "With --state: how probabilities are made from the counts; kneser-ney by default.")
    private String smoothing;

    /** Whether a running instance was named. */
    boolean isInstance() {
        return place.instance != null;
    }

    /** Whether a state directory was named. */
    boolean isState() {
        return place.state != null;
    }

    /**
     * Opens the model that was named, without a snapshot of its own.
     *
     * @throws CommandFailedException if none was named, or it cannot be read
     */
    OpenModel open() {
        if (!isInstance() && !isState()) {
            throw new CommandFailedException("name the model to ask: --state DIR or --instance URL", ExitCodes.USAGE);
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
        if (isInstance()) {
            if (snapshot.isPresent()) {
                throw new CommandFailedException(
                        "--instance has its own snapshot: leave --snapshot out", ExitCodes.USAGE);
            }
            return new OpenModel(new InstanceQueries(this::ask), () -> {});
        }
        if (!isState() && snapshot.isEmpty()) {
            throw new CommandFailedException(
                    "name the model to ask: --state DIR, --snapshot DIR, both, or --instance URL", ExitCodes.USAGE);
        }
        Optional<Snapshot> network = snapshot.map(ModelSource::read);
        Optional<StateDirectory> state = openState();
        return new OpenModel(
                DirectQueries.of(state.map(StateDirectory::model), network),
                () -> state.ifPresent(StateDirectory::close));
    }

    private static Snapshot read(Path folder) {
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
        try {
            Vocabulary words = vocabulary.startsWith("fixed:")
                    ? Vocabulary.fixed(Path.of(vocabulary.substring("fixed:".length())))
                    : Vocabulary.growing();
            if (!vocabulary.startsWith("fixed:") && !vocabulary.equals("growing")) {
                throw new CommandFailedException(
                        "--vocabulary is growing or fixed:FILE, not " + vocabulary, ExitCodes.USAGE);
            }
            return Optional.of(StateDirectory.open(place.state, Smoothing.named(smoothing), words));
        } catch (IOException e) {
            throw new CommandFailedException("cannot read the vocabulary: " + e.getMessage());
        } catch (IllegalStateException | IllegalArgumentException e) {
            throw new CommandFailedException(e.getMessage());
        }
    }

    private String ask(String path, Map<String, String> query) {
        String parameters = query.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        try {
            return new InstanceClient(place.instance, token, trust).get(path + "?" + parameters);
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandFailedException("nothing answers at " + place.instance
                    + ": give the address that `driftline run` printed (" + e + ")");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailedException("interrupted");
        }
    }
}
