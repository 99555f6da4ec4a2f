package dev.driftline.cli.snapshots;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.driftline.cli.options.ConfigOptions;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.NeuralKeys;
import dev.driftline.network.snapshots.PublishedSnapshot;
import dev.driftline.network.snapshots.SnapshotArchive;
import dev.driftline.network.snapshots.SnapshotCatalog;
import dev.driftline.network.snapshots.SnapshotChoiceException;
import dev.driftline.network.snapshots.SnapshotMessages;
import dev.driftline.network.snapshots.SnapshotPublisher;
import dev.driftline.network.snapshots.SnapshotSwitch;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.snapshot.ImportedSnapshot;
import dev.driftline.neural.snapshot.Provenance;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotDescription;
import dev.driftline.neural.snapshot.SnapshotFolder;
import dev.driftline.neural.snapshot.SnapshotJson;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.neural.snapshot.SnapshotVersion;
import dev.driftline.neural.snapshot.WordModelImport;
import dev.driftline.schemas.PromotionDecision;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import dev.driftline.terminal.Printable;
import dev.driftline.terminal.Screen;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code driftline snapshots}: the versions of the network that a service has, and which it scores with. */
@Command(
        name = "snapshots",
        mixinStandardHelpOptions = true,
        description = {
            "List, export, import, promote or roll back the versions of the network.",
            "A VERSION is 000017-3f2a9c, the beginning of one, its number 17, or the word active."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  driftline snapshots list",
            "  driftline snapshots export active model.safetensors",
            "  driftline snapshots rollback"
        },
        subcommands = {
            SnapshotsCommand.ListSnapshots.class,
            SnapshotsCommand.Show.class,
            SnapshotsCommand.Export.class,
            SnapshotsCommand.Import.class,
            SnapshotsCommand.Promote.class,
            SnapshotsCommand.Rollback.class
        })
public final class SnapshotsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                spec.commandLine(),
                "snapshots: say which: "
                        + String.join(", ", spec.commandLine().getSubcommands().keySet()));
    }

    /** {@code snapshots list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = {
                "List the snapshots on the topic, the newest last. The active one has a star.",
                "All chunks are checked: a snapshot that is torn or corrupt says so."
            },
            footerHeading = "%nExample:%n",
            footer = "  driftline snapshots list --bootstrap-servers kafka:9092 --json")
    static final class ListSnapshots implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Mixin
        private ConfigOptions config;

        @Option(names = "--json", description = "Print one JSON array.")
        private boolean json;

        @Override
        public Integer call() {
            DriftlineConfig loaded = config.load();
            PrintWriter out = spec.commandLine().getOut();
            try (SnapshotArchive archive = read(spec, loaded, version -> false)) {
                List<PublishedSnapshot> all = archive.catalog().list();
                if (json) {
                    out.println(PlainJson.pretty(
                            all.stream().map(SnapshotsCommand::asJson).toList()));
                } else if (all.isEmpty()) {
                    out.println(SnapshotSwitch.none(loaded));
                } else {
                    out.printf(
                            Locale.ROOT,
                            "  %-16s %-22s %8s %10s %9s %12s  %-20s %s%n",
                            "version",
                            "model",
                            "words",
                            "size",
                            "bits/tok",
                            "tokens",
                            "published",
                            "parent");
                    all.forEach(snapshot -> out.println(line(snapshot)));
                    archive.catalog()
                            .pointer()
                            .filter(active -> archive.catalog().problem(active).isPresent())
                            .ifPresent(active -> out.println("The active snapshot is " + active
                                    + ", which cannot be used: "
                                    + archive.catalog().problem(active).orElseThrow()));
                    if (archive.catalog().pointer().isEmpty()) {
                        out.println("None is active: `driftline snapshots promote VERSION` makes one so.");
                    }
                }
            }
            out.flush();
            return ExitCodes.OK;
        }

        private static String line(PublishedSnapshot snapshot) {
            SnapshotDescription description = snapshot.description();
            Double bits = description.manifest().metrics().get(Provenance.VALIDATION_BITS);
            Long tokens = description.manifest().data().get(Provenance.TOKENS);
            return String.format(
                            Locale.ROOT,
                            "%s %-16s %-22s %8d %10s %9s %12s  %-20s %s%s",
                            snapshot.active() ? "*" : " ",
                            snapshot.version(),
                            shape(description.architecture()),
                            description.vocabularySize(),
                            bytes(snapshot.bytes()),
                            bits == null ? "-" : String.format(Locale.ROOT, "%.3f", bits),
                            tokens == null ? "-" : tokens.toString(),
                            snapshot.publishedAt().truncatedTo(ChronoUnit.SECONDS),
                            description.manifest().parent() == null
                                    ? "-"
                                    : description.manifest().parent(),
                            snapshot.problem().map(problem -> "  " + problem).orElse(""))
                    .stripTrailing();
        }
    }

    /** {@code snapshots show}. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Show what is known of a snapshot: one on the topic, a folder, or a .safetensors file.",
            footerHeading = "%nExamples:%n",
            footer = {"  driftline snapshots show active", "  driftline snapshots show ./exported --json"})
    static final class Show implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Mixin
        private ConfigOptions config;

        @Option(names = "--json", description = "Print one JSON object.")
        private boolean json;

        @Parameters(
                paramLabel = "VERSION|PATH",
                arity = "0..1",
                defaultValue = SnapshotSwitch.ACTIVE,
                description = "Which; the active one if none is named. What has a / or is there is a path.")
        private String which;

        @Override
        public Integer call() throws IOException {
            PrintWriter out = spec.commandLine().getOut();
            Path path = Path.of(which);
            if (which.contains("/") || Files.exists(path)) {
                // Read whole, so that what is shown is also known to be complete.
                SnapshotDescription description = SnapshotDescription.of(SnapshotFolder.read(path));
                out.println(json ? SnapshotJson.pretty(SnapshotJson.of(description)) : text(description));
            } else {
                DriftlineConfig loaded = config.load();
                try (SnapshotArchive archive = read(spec, loaded, version -> false)) {
                    PublishedSnapshot snapshot =
                            chosen(() -> chooser(archive, loaded).find(which));
                    if (json) {
                        out.println(SnapshotJson.pretty(asJson(snapshot)));
                    } else {
                        out.println(text(snapshot.description()));
                        out.printf(Locale.ROOT, "%-14s %s%n", "published", snapshot.publishedAt());
                        out.printf(
                                Locale.ROOT,
                                "%-14s %s in %d chunks%n",
                                "size",
                                bytes(snapshot.bytes()),
                                snapshot.chunks());
                        out.printf(Locale.ROOT, "%-14s %s%n", "sha256", snapshot.sha256());
                        out.printf(
                                Locale.ROOT,
                                "%-14s %s%n",
                                "state",
                                snapshot.problem().orElse(snapshot.active() ? "active" : "complete, not active"));
                    }
                }
            }
            out.flush();
            return ExitCodes.OK;
        }

        private static String text(SnapshotDescription description) {
            SnapshotManifest manifest = description.manifest();
            Architecture architecture = description.architecture();
            Map<String, Object> rows = new LinkedHashMap<>();
            rows.put("version", manifest.version());
            rows.put("parent", manifest.parent() == null ? "none" : manifest.parent());
            rows.put("created", manifest.createdAt());
            rows.put("model", shape(architecture));
            rows.put(
                    "output",
                    (architecture.adaptive() ? "adaptive softmax, cutoffs " + architecture.cutoffs() : "full softmax")
                            + (architecture.tied() ? ", tied to the embedding" : ""));
            rows.put("dropout", architecture.dropout());
            rows.put("vocabulary", description.vocabularySize() + " " + manifest.tokens());
            rows.put("parameters", description.parameters());
            rows.put("training", spaced(manifest.training()));
            rows.put("metrics", spaced(manifest.metrics()));
            rows.put("data", spaced(manifest.data()));
            return rows.entrySet().stream()
                    .map(row -> String.format(
                            Locale.ROOT, "%-14s %s", row.getKey(), Printable.escape(String.valueOf(row.getValue()))))
                    .collect(Collectors.joining(System.lineSeparator()));
        }

        private static String spaced(Map<String, ?> map) {
            return map.isEmpty()
                    ? "-"
                    : new TreeMap<>(map)
                            .entrySet().stream()
                                    .map(entry -> entry.getKey() + "=" + entry.getValue())
                                    .collect(Collectors.joining(" "));
        }
    }

    /** {@code snapshots export}. */
    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description = {
                "Write a snapshot for PyTorch.",
                "It is a folder with model.safetensors, manifest.json and vocabulary.json, or one file if PATH ends in",
                ".safetensors, with manifest and vocabulary in its metadata.",
                "Names, shapes and gate order are PyTorch's; tied weights are written out."
            },
            footerHeading = "%nExamples:%n",
            footer = {"  driftline snapshots export active ./model", "  driftline snapshots export 17 model.safetensors"
            })
    static final class Export implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Mixin
        private ConfigOptions config;

        @Parameters(index = "0", paramLabel = "VERSION", description = "Which, or active.")
        private String which;

        @Parameters(
                index = "1",
                paramLabel = "PATH",
                description = "Folder to make, or file. A snapshot that is there is replaced, nothing else is.")
        private Path path;

        @Override
        public Integer call() throws IOException {
            DriftlineConfig loaded = config.load();
            String version;
            try (SnapshotArchive archive = read(spec, loaded, any -> false)) {
                version = chosen(() -> chooser(archive, loaded).usable(which)).version();
            }
            Snapshot snapshot;
            try (SnapshotArchive archive = read(spec, loaded, version::equals)) {
                snapshot = archive.catalog().load(version);
            }
            SnapshotFolder.write(snapshot, path);
            PrintWriter out = spec.commandLine().getOut();
            out.println("exported " + version + " to " + path);
            out.flush();
            return ExitCodes.OK;
        }
    }

    /** {@code snapshots import}. */
    @Command(
            name = "import",
            mixinStandardHelpOptions = true,
            description = {
                "Publish a network from a file or a folder.",
                "It is an exported snapshot, the same after more training in PyTorch, or a word language model that",
                "PyTorch trained, with encoder, rnn and decoder as in PyTorch's example.",
                "What the shapes say (cell, sizes, layers, tied weights, cutoffs) need not be given."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  driftline snapshots import ./model --activate",
                "  driftline snapshots import model.safetensors --vocabulary words.txt --end '<eos>' --rename lstm=rnn"
            })
    static final class Import implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Mixin
        private ConfigOptions config;

        @Parameters(paramLabel = "PATH", description = "Folder with model.safetensors, or a safetensors file.")
        private Path path;

        @Option(
                names = "--vocabulary",
                paramLabel = "FILE",
                description =
                        "The words in the order of the rows: one a line, or .json with an array of words or an object"
                                + " of words and indexes. Exported snapshots have theirs with them.")
        private Path vocabulary;

        @Option(
                names = "--unknown",
                paramLabel = "WORD",
                description = "The word of the vocabulary that stands for all others; <unk> and the like if not said.")
        private String unknown;

        @Option(
                names = "--end",
                paramLabel = "WORD",
                description = "The word that ends a sentence; </s>, <eos> and the like if not said.")
        private String end;

        @Option(
                names = "--rename",
                paramLabel = "FROM=TO",
                description = "A module that has another name in the file: lstm=rnn. More than once for more.")
        private Map<String, String> rename = new LinkedHashMap<>();

        @Option(
                names = "--dropout",
                paramLabel = "P",
                defaultValue = "0",
                description = "Dropout for fine-tuning; that of the exported snapshot, or 0.")
        private double dropout;

        @Option(names = "--characters", description = "Its tokens are characters, not words.")
        private boolean characters;

        @Option(names = "--activate", description = "Score with it from now on.")
        private boolean activate;

        @Override
        public Integer call() throws IOException {
            DriftlineConfig loaded = config.load();
            if (!(dropout >= 0 && dropout < 1)) {
                throw new ParameterException(spec.commandLine(), "--dropout " + dropout + " is not in [0, 1)");
            }
            ImportedSnapshot imported = ImportedSnapshot.read(
                    path, vocabulary, new WordModelImport.Settings(rename, unknown, end, dropout));
            PrintWriter out = spec.commandLine().getOut();
            try (SnapshotArchive archive = read(spec, loaded, version -> false)) {
                SnapshotCatalog catalog = archive.catalog();
                Snapshot snapshot = snapshot(imported, catalog);
                boolean there = catalog.problem(snapshot.version()).isEmpty();
                List<SnapshotMessages.Message> messages = new ArrayList<>();
                if (!there) {
                    messages.addAll(SnapshotMessages.publish(snapshot));
                }
                boolean activates = activate && !catalog.pointer().equals(Optional.of(snapshot.version()));
                Optional<PromotionDecision> decision = Optional.empty();
                if (activates) {
                    messages.add(SnapshotMessages.activate(snapshot.version()));
                    decision = Optional.of(SnapshotSwitch.decision(
                            snapshot.manifest(), catalog.pointer(), "imported and made active by an operator"));
                }
                if (!messages.isEmpty()) {
                    send(spec, loaded, messages, decision);
                }
                imported.notes().forEach(note -> out.println("note: " + note));
                warnOfOtherModel(out, loaded, snapshot.network().model());
                out.println((there ? "was there already: " : "imported ") + snapshot.version() + ", "
                        + shape(snapshot.network().architecture()) + ", "
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

        private Snapshot snapshot(ImportedSnapshot imported, SnapshotCatalog catalog) {
            Optional<SnapshotManifest> origin = imported.origin().map(SnapshotDescription::manifest);
            if (imported.unchanged()) {
                return new Snapshot(
                        catalog.problem(origin.orElseThrow().version()).isEmpty()
                                ? origin.orElseThrow()
                                : ofAnotherStream(origin.orElseThrow()),
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
                            // Only a parent that is there can be rolled back to.
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
                            Map.of()),
                    imported.network());
        }
    }

    /**
     * As {@code manifest}, but for how far it was taught, an offset in the topic of the service that it comes from, and for
     * its words being known, which they were there.
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
                data);
    }

    /** {@code snapshots promote}. */
    @Command(
            name = "promote",
            mixinStandardHelpOptions = true,
            description = {
                "Score with a snapshot from now on, whatever the comparison of snapshots says.",
                "Every instance swaps it in as a whole. The decision is recorded on the promotions topic."
            },
            footerHeading = "%nExample:%n",
            footer = "  driftline snapshots promote 17 --reason \"trained on the archive\"")
    static final class Promote implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Mixin
        private ConfigOptions config;

        @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the record.")
        private String reason;

        @Parameters(paramLabel = "VERSION", description = "Which.")
        private String which;

        @Override
        public Integer call() {
            DriftlineConfig loaded = config.load();
            try (SnapshotArchive archive = read(spec, loaded, version -> false)) {
                SnapshotSwitch chooser = chooser(archive, loaded);
                print(spec, loaded, chosen(() -> chooser.promote(which, Optional.ofNullable(reason))));
            }
            return ExitCodes.OK;
        }
    }

    /** {@code snapshots rollback}. */
    @Command(
            name = "rollback",
            mixinStandardHelpOptions = true,
            description = {
                "Score with an earlier snapshot again: the parent of the active one, or the one that is named.",
                "Every instance swaps it in as a whole. The decision is recorded on the promotions topic."
            },
            footerHeading = "%nExamples:%n",
            footer = {"  driftline snapshots rollback", "  driftline snapshots rollback 15 --reason \"worse on news\""})
    static final class Rollback implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Mixin
        private ConfigOptions config;

        @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the record.")
        private String reason;

        @Parameters(
                paramLabel = "VERSION",
                arity = "0..1",
                description = "Which; the parent of the active one if not said.")
        private String which;

        @Override
        public Integer call() {
            DriftlineConfig loaded = config.load();
            try (SnapshotArchive archive = read(spec, loaded, version -> false)) {
                SnapshotSwitch chooser = chooser(archive, loaded);
                print(
                        spec,
                        loaded,
                        chosen(() -> chooser.rollBack(Optional.ofNullable(which), Optional.ofNullable(reason))));
            }
            return ExitCodes.OK;
        }
    }

    private static void print(CommandSpec spec, DriftlineConfig config, SnapshotSwitch.Outcome outcome) {
        PrintWriter out = spec.commandLine().getOut();
        if (outcome.moved()) {
            warnOfOtherModel(
                    out, config, outcome.active().description().manifest().model());
            out.println("active: " + outcome.active().version() + " (was "
                    + outcome.before().orElse("none") + ")");
        } else {
            out.println(outcome.active().version() + " is active already");
        }
        out.flush();
    }

    private static void warnOfOtherModel(PrintWriter out, DriftlineConfig config, String model) {
        String configured = config.get(NeuralKeys.MODEL);
        if (!configured.equals(model)) {
            out.println("note: it is a " + model + " network and " + NeuralKeys.MODEL.name() + " is " + configured
                    + " here: a service that is set so "
                    + (configured.equals(NeuralKeys.NO_MODEL)
                            ? "does not read it"
                            : "scores with it and fine-tunes it as it is, and calls it " + configured
                                    + " in its records"));
        }
    }

    private static void send(
            CommandSpec spec,
            DriftlineConfig config,
            List<SnapshotMessages.Message> messages,
            Optional<PromotionDecision> decision) {
        long total = messages.stream()
                .mapToLong(message -> message.value() == null ? 0 : message.value().length)
                .sum();
        try (Screen screen = Screen.on(spec.commandLine().getErr())) {
            long[] sent = new long[1];
            new SnapshotPublisher(config).send(messages, decision, count -> {
                byte[] value = messages.get(count - 1).value();
                sent[0] += value == null ? 0 : value.length;
                screen.block(List.of("Sending " + bytes(sent[0]) + " of " + bytes(total)));
            });
        }
    }

    private static SnapshotArchive read(CommandSpec spec, DriftlineConfig config, Predicate<String> wanted) {
        String topic = TopicNames.of(config).name(Topic.SNAPSHOTS);
        try (Screen screen = Screen.on(spec.commandLine().getErr())) {
            return SnapshotArchive.read(
                    config,
                    wanted,
                    (share, bytes) -> screen.block(List.of(
                            String.format(Locale.ROOT, "Reading %s: %3.0f %%, %s", topic, 100 * share, bytes(bytes)))));
        } catch (UnknownTopicOrPartitionException e) {
            throw new CommandFailedException("there is no topic " + topic
                    + ": create it with `driftline topics create`, or check topics.prefix and --bootstrap-servers");
        }
    }

    private static SnapshotSwitch chooser(SnapshotArchive archive, DriftlineConfig config) {
        return new SnapshotSwitch(config, archive.catalog());
    }

    /** What {@code choice} gives, its complaints as those of a command. */
    private static <T> T chosen(Supplier<T> choice) {
        try {
            return choice.get();
        } catch (SnapshotChoiceException e) {
            throw new CommandFailedException(e.getMessage());
        }
    }

    private static String shape(Architecture architecture) {
        boolean window = architecture.cell() == Cell.WINDOW;
        return architecture.cell().label() + " " + architecture.embedding() + "/" + architecture.hidden()
                + (architecture.layers() > 1 ? " × " + architecture.layers() : "")
                + (window ? ", " + architecture.window() + " words" : "");
    }

    private static String bytes(long bytes) {
        return bytes < 10 * 1024 ? bytes + " B" : String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }

    private static ObjectNode asJson(PublishedSnapshot snapshot) {
        ObjectNode json = SnapshotJson.of(snapshot.description());
        json.put("active", snapshot.active());
        json.put("complete", snapshot.problem().isEmpty());
        json.put("problem", snapshot.problem().orElse(null));
        json.put("publishedAt", snapshot.publishedAt().toString());
        json.put("bytes", snapshot.bytes());
        json.put("chunks", snapshot.chunks());
        json.put("sha256", snapshot.sha256());
        return json;
    }
}
