package dev.driftline.cli.snapshots;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.network.snapshots.SnapshotArchive;
import dev.driftline.network.snapshots.SnapshotCatalog;
import dev.driftline.network.snapshots.SnapshotMessages;
import dev.driftline.network.snapshots.SnapshotSwitch;
import dev.driftline.neural.Cell;
import dev.driftline.neural.snapshot.ImportedSnapshot;
import dev.driftline.neural.snapshot.Provenance;
import dev.driftline.neural.snapshot.SeenText;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotDescription;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.neural.snapshot.SnapshotVersion;
import dev.driftline.neural.snapshot.WordModelImport;
import dev.driftline.schemas.PromotionDecision;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code driftline snapshots import}. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = {
            "Publish a network from a file or a folder.",
            "It is an exported snapshot, the same after more training in PyTorch, or a word language "
                    + "model that PyTorch trained, with encoder, rnn and decoder as in PyTorch's example.",
            "Cell, sizes, layers, tied weights and cutoffs follow from the shapes and need not be " + "given."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  driftline snapshots import ./model --activate",
            "  driftline snapshots import model.safetensors --vocabulary words.txt --end '<eos>' --rename lstm=rnn"
        })
final class ImportSnapshotCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private SnapshotsTopic topic;

    @Parameters(paramLabel = "PATH", description = "A folder with model.safetensors, or a safetensors file.")
    private Path path;

    @Option(
            names = "--vocabulary",
            paramLabel = "FILE",
            description = "The words in the order of the rows: one a line, or .json with an array of words or an object"
                    + " of words and indexes. Exported snapshots contain theirs.")
    private @Nullable Path vocabulary;

    @Option(
            names = "--unknown",
            paramLabel = "WORD",
            description = "The word of the vocabulary that stands for all others. Default: <unk> and the like.")
    private @Nullable String unknown;

    @Option(
            names = "--end",
            paramLabel = "WORD",
            description = "The word that ends a sentence. Default: </s>, <eos> and the like.")
    private @Nullable String end;

    @Option(
            names = "--rename",
            paramLabel = "FROM=TO",
            description = "A module that has another name in the file: lstm=rnn. Repeatable.")
    private Map<String, String> rename = new LinkedHashMap<>();

    @Option(
            names = "--dropout",
            paramLabel = "P",
            defaultValue = "0",
            description = "Dropout for fine-tuning, 0 to below 1. Default: that of the exported" + " snapshot, or 0.")
    private double dropout;

    @Option(
            names = "--nonlinearity",
            paramLabel = "NAME",
            description =
                    "That of a vanilla RNN from elsewhere, which no file says: tanh, as PyTorch's RNN and RNN_TANH have it."
                            + " A network with relu cannot run here. Default: none.")
    private @Nullable String nonlinearity;

    @Option(names = "--characters", description = "The tokens of the network are characters, not words.")
    private boolean characters;

    @Option(names = "--activate", description = "Score with the snapshot from now on.")
    private boolean activate;

    @Override
    public Integer call() throws IOException {
        DriftlineConfig config = topic.config();
        if (!(dropout >= 0 && dropout < 1)) {
            throw new ParameterException(spec.commandLine(), "--dropout " + dropout + " is not in [0, 1)");
        }
        ImportedSnapshot imported =
                ImportedSnapshot.read(path, vocabulary, new WordModelImport.Settings(rename, unknown, end, dropout));
        requireNonlinearity(imported);
        PrintWriter out = topic.out();
        try (SnapshotArchive archive = topic.read(config)) {
            SnapshotCatalog catalog = archive.catalog();
            Snapshot snapshot = snapshot(imported, catalog);
            boolean there = catalog.problem(snapshot.version()).isEmpty();
            boolean activates = activate && !catalog.pointer().equals(Optional.of(snapshot.version()));
            publish(config, snapshot, catalog, !there, activates);
            imported.notes().stream()
                    .filter(note -> nonlinearity == null || !note.contains("assumed to be tanh"))
                    .forEach(note -> out.println("note: " + note));
            SnapshotText.noteOtherModel(out, config, snapshot.network().model());
            out.println((there ? "was there already: " : "imported ") + snapshot.version() + ", "
                    + SnapshotText.shape(snapshot.network().architecture()) + ", "
                    + snapshot.network().vocabulary().size() + " words");
            out.println(
                    activates
                            ? "active: " + snapshot.version() + " (was "
                                    + catalog.pointer().orElse("none") + ")"
                            : "To score with it: driftline snapshots promote " + snapshot.version());
        }
        out.flush();
        return ExitCodes.OK;
    }

    /** Run with another nonlinearity than its own, a network would answer, and be wrong in every number. */
    private void requireNonlinearity(ImportedSnapshot imported) {
        boolean unsaid =
                imported.origin().isEmpty() && imported.network().architecture().cell() == Cell.RNN;
        if (!unsaid && nonlinearity != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--nonlinearity has an effect only on a vanilla RNN from elsewhere: leave it out");
        }
        if (unsaid && nonlinearity == null) {
            throw new CommandFailedException(
                    path
                            + " is a vanilla RNN, and a file of tensors does not say its nonlinearity: give --nonlinearity tanh"
                            + " where the model was made as RNN or RNN_TANH. One with RNN_RELU cannot run here: train a GRU or"
                            + " an LSTM, or train it again with tanh",
                    ExitCodes.USAGE);
        }
        if (unsaid && !"tanh".equals(nonlinearity)) {
            throw new CommandFailedException(
                    "--nonlinearity " + nonlinearity
                            + ": a vanilla RNN runs with tanh alone here: train a GRU or an LSTM,"
                            + " or train it again with tanh",
                    ExitCodes.USAGE);
        }
    }

    private void publish(
            DriftlineConfig config, Snapshot snapshot, SnapshotCatalog catalog, boolean isNew, boolean activates) {
        List<SnapshotMessages.Message> messages = new ArrayList<>();
        if (isNew) {
            messages.addAll(SnapshotMessages.publish(snapshot));
        }
        Optional<PromotionDecision> decision = Optional.empty();
        if (activates) {
            messages.add(SnapshotMessages.activate(snapshot.version()));
            decision = Optional.of(SnapshotSwitch.decision(
                    snapshot.manifest(), catalog.pointer(), "imported and made active by an operator"));
        }
        if (!messages.isEmpty()) {
            topic.send(config, messages, decision);
        }
    }

    private Snapshot snapshot(ImportedSnapshot imported, SnapshotCatalog catalog) {
        Optional<SnapshotManifest> origin = imported.origin().map(SnapshotDescription::manifest);
        if (imported.unchanged()) {
            SnapshotManifest manifest = origin.orElseThrow();
            return new Snapshot(
                    catalog.problem(manifest.version()).isEmpty() ? manifest : ofAnotherStream(manifest),
                    imported.network());
        }
        long newest = catalog.list().stream()
                .mapToLong(published -> SnapshotVersion.number(published.version()))
                .max()
                .orElse(0);
        Map<String, String> training =
                new LinkedHashMap<>(origin.map(SnapshotManifest::training).orElse(Map.of()));
        training.put("imported_from", path.getFileName().toString());
        origin.ifPresent(from -> training.put("imported_as_changed_from", from.version()));
        return new Snapshot(
                new SnapshotManifest(
                        SnapshotVersion.of(newest + 1, imported.network()),
                        // Only a parent that is on the topic can be rolled back to.
                        origin.map(SnapshotManifest::version)
                                .filter(parent -> catalog.problem(parent).isEmpty())
                                .orElse(null),
                        Instant.now().truncatedTo(ChronoUnit.MILLIS),
                        imported.network().model(),
                        characters
                                ? "characters"
                                : origin.map(SnapshotManifest::tokens).orElse("words"),
                        training,
                        Map.of(),
                        Map.of(),
                        origin.map(ImportSnapshotCommand::seen).orElse(SeenText.NOTHING)),
                imported.network());
    }

    /**
     * {@code manifest} without what holds only in the service that it comes from: the offset that it was trained to, and
     * that all of its words are known there.
     */
    private static SnapshotManifest ofAnotherStream(SnapshotManifest manifest) {
        Map<String, Long> data = new LinkedHashMap<>(manifest.data());
        data.remove(Provenance.TRAINED_TO);
        data.remove(Provenance.FOREIGN_ROWS);
        return new SnapshotManifest(
                manifest.version(),
                manifest.parent(),
                manifest.createdAt(),
                manifest.model(),
                manifest.tokens(),
                manifest.training(),
                manifest.metrics(),
                data,
                seen(manifest));
    }

    /**
     * What a network from a file has seen of a stream. One that was trained on files has seen nothing of it; of one from a
     * stream whose manifest does not say, nobody knows.
     */
    private static SeenText seen(SnapshotManifest manifest) {
        boolean isFromFiles = !manifest.data().containsKey(Provenance.TRAINED_TO);
        return manifest.text().equals(SeenText.UNKNOWN) && isFromFiles
                ? SeenText.NOTHING
                // Positions in the training topic of another stream mean nothing here.
                : manifest.text().honouring(0);
    }
}
