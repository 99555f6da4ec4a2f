package dev.driftline.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.Keys;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.online.FineTuner;
import dev.driftline.neural.snapshot.ImportedSnapshot;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotDescription;
import dev.driftline.neural.snapshot.SnapshotFolder;
import dev.driftline.neural.snapshot.SnapshotJson;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.neural.snapshot.SnapshotVersion;
import dev.driftline.neural.snapshot.WordModelImport;
import dev.driftline.schemas.Decision;
import dev.driftline.schemas.PromotionDecision;
import dev.driftline.snapshots.PublishedSnapshot;
import dev.driftline.snapshots.SnapshotArchive;
import dev.driftline.snapshots.SnapshotCatalog;
import dev.driftline.snapshots.SnapshotMessages;
import dev.driftline.snapshots.SnapshotPublisher;
import dev.driftline.terminal.Screen;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicDefinitions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
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
final class SnapshotsCommand implements Callable<Integer> {

    private static final String ACTIVE = "active";

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
                    out.println(Json.pretty(
                            all.stream().map(SnapshotsCommand::asJson).toList()));
                } else if (all.isEmpty()) {
                    out.println(none(loaded));
                } else {
                    out.printf(
                            "  %-16s %-22s %8s %10s %9s %12s  %-20s %s%n",
                            "version", "model", "words", "size", "bits/tok", "tokens", "published", "parent");
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
            return Driftline.OK;
        }

        private static String line(PublishedSnapshot snapshot) {
            SnapshotDescription description = snapshot.description();
            Double bits = description.manifest().metrics().get("validation_bits_per_token");
            Long tokens = description.manifest().data().get("tokens");
            return String.format(
                            "%s %-16s %-22s %8d %10s %9s %12s  %-20s %s%s",
                            snapshot.active() ? "*" : " ",
                            snapshot.version(),
                            shape(description.architecture()),
                            description.vocabularySize(),
                            bytes(snapshot.bytes()),
                            bits == null ? "-" : String.format("%.3f", bits),
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
                defaultValue = ACTIVE,
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
                    PublishedSnapshot snapshot = resolve(archive.catalog(), which, loaded);
                    if (json) {
                        out.println(SnapshotJson.pretty(asJson(snapshot)));
                    } else {
                        out.println(text(snapshot.description()));
                        out.printf("%-14s %s%n", "published", snapshot.publishedAt());
                        out.printf("%-14s %s in %d chunks%n", "size", bytes(snapshot.bytes()), snapshot.chunks());
                        out.printf("%-14s %s%n", "sha256", snapshot.sha256());
                        out.printf(
                                "%-14s %s%n",
                                "state",
                                snapshot.problem().orElse(snapshot.active() ? "active" : "complete, not active"));
                    }
                }
            }
            out.flush();
            return Driftline.OK;
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
                    .map(row ->
                            String.format("%-14s %s", row.getKey(), Printable.escape(String.valueOf(row.getValue()))))
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
                "Write a snapshot for PyTorch: a folder with model.safetensors, manifest.json and vocabulary.json,",
                "or one file if PATH ends in .safetensors, with manifest and vocabulary in its metadata.",
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
                version = complete(resolve(archive.catalog(), which, loaded)).version();
            }
            Snapshot snapshot;
            try (SnapshotArchive archive = read(spec, loaded, version::equals)) {
                snapshot = archive.catalog().load(version);
            }
            SnapshotFolder.write(snapshot, path);
            PrintWriter out = spec.commandLine().getOut();
            out.println("exported " + version + " to " + path);
            out.flush();
            return Driftline.OK;
        }
    }

    /** {@code snapshots import}. */
    @Command(
            name = "import",
            mixinStandardHelpOptions = true,
            description = {
                "Publish a network: an exported snapshot, the same after it was trained on in PyTorch, or a word",
                "language model that PyTorch trained, with encoder, rnn and decoder as in PyTorch's example.",
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
                    decision = Optional.of(
                            decision(snapshot.manifest(), catalog, "imported and made active by an operator"));
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
            return Driftline.OK;
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
        data.remove(FineTuner.TAUGHT_TO);
        data.remove(SnapshotManifest.FOREIGN_ROWS);
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
                move(
                        spec,
                        loaded,
                        archive.catalog(),
                        complete(resolve(archive.catalog(), which, loaded)),
                        "promoted by an operator" + (reason == null ? "" : ": " + reason));
            }
            return Driftline.OK;
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
                SnapshotCatalog catalog = archive.catalog();
                String back = which == null ? parent(catalog, loaded) : which;
                move(
                        spec,
                        loaded,
                        catalog,
                        complete(resolve(catalog, back, loaded)),
                        "rolled back by an operator" + (reason == null ? "" : ": " + reason));
            }
            return Driftline.OK;
        }

        private static String parent(SnapshotCatalog catalog, DriftlineConfig config) {
            PublishedSnapshot active = resolve(catalog, ACTIVE, config);
            String parent = active.description().manifest().parent();
            if (parent == null) {
                throw new CommandFailedException("the active snapshot " + active.version()
                        + " has no parent to go back to: name one of " + versions(catalog));
            }
            if (catalog.find(parent).isEmpty()) {
                throw new CommandFailedException("the parent of the active snapshot, " + parent
                        + ", is not on the topic any more: name one of " + versions(catalog));
            }
            return parent;
        }
    }

    private static void move(
            CommandSpec spec, DriftlineConfig config, SnapshotCatalog catalog, PublishedSnapshot to, String reason) {
        PrintWriter out = spec.commandLine().getOut();
        if (to.active()) {
            out.println(to.version() + " is active already");
        } else {
            send(
                    spec,
                    config,
                    List.of(SnapshotMessages.activate(to.version())),
                    Optional.of(decision(to.description().manifest(), catalog, reason)));
            warnOfOtherModel(out, config, to.description().manifest().model());
            out.println("active: " + to.version() + " (was " + catalog.pointer().orElse("none") + ")");
        }
        out.flush();
    }

    private static PromotionDecision decision(SnapshotManifest candidate, SnapshotCatalog catalog, String reason) {
        return PromotionDecision.newBuilder()
                .setCandidate(candidate.version())
                .setIncumbent(catalog.pointer().orElse(null))
                .setParent(candidate.parent())
                .setDecision(Decision.OPERATOR)
                .setReason(reason)
                .setAt(Instant.now().truncatedTo(ChronoUnit.MILLIS))
                .build();
    }

    private static void warnOfOtherModel(PrintWriter out, DriftlineConfig config, String model) {
        String configured = config.get(Keys.NEURAL_MODEL);
        if (!configured.equals(model)) {
            out.println("note: it is a " + model + " network and " + Keys.NEURAL_MODEL.name() + " is " + configured
                    + " here: a service that is set so "
                    + (configured.equals(Keys.NO_NEURAL_MODEL)
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
        String topic = TopicDefinitions.of(config).name(Topic.SNAPSHOTS);
        try (Screen screen = Screen.on(spec.commandLine().getErr())) {
            return SnapshotArchive.read(
                    config,
                    wanted,
                    (share, bytes) -> screen.block(
                            List.of(String.format("Reading %s: %3.0f %%, %s", topic, 100 * share, bytes(bytes)))));
        } catch (UnknownTopicOrPartitionException e) {
            throw new CommandFailedException("there is no topic " + topic
                    + ": create it with `driftline topics create`, or check topics.prefix and --bootstrap-servers");
        }
    }

    private static PublishedSnapshot complete(PublishedSnapshot snapshot) {
        snapshot.problem().ifPresent(problem -> {
            throw new CommandFailedException("snapshot " + snapshot.version() + " cannot be used: " + problem);
        });
        return snapshot;
    }

    private static PublishedSnapshot resolve(SnapshotCatalog catalog, String which, DriftlineConfig config) {
        List<PublishedSnapshot> all = catalog.list();
        if (all.isEmpty()) {
            throw new CommandFailedException(none(config));
        }
        if (which.equals(ACTIVE)) {
            String active = catalog.pointer()
                    .orElseThrow(() ->
                            new CommandFailedException("no snapshot is active: name one of " + versions(catalog)));
            return catalog.find(active)
                    .orElseThrow(() -> new CommandFailedException(
                            "the active snapshot " + active + " is not on the topic; there are " + versions(catalog)));
        }
        List<PublishedSnapshot> found = all.stream()
                .filter(snapshot -> snapshot.version().equals(which))
                .toList();
        if (found.isEmpty()) {
            found = all.stream()
                    .filter(snapshot -> snapshot.version().startsWith(which)
                            || which.matches("\\d{1,12}")
                                    && SnapshotVersion.number(snapshot.version()) == Long.parseLong(which))
                    .toList();
        }
        if (found.size() != 1) {
            throw new CommandFailedException((found.isEmpty() ? "no snapshot is called " : "more than one snapshot is ")
                    + Printable.cut(which, 64) + ": there are " + versions(catalog));
        }
        return found.get(0);
    }

    private static String versions(SnapshotCatalog catalog) {
        List<String> versions =
                catalog.list().stream().map(PublishedSnapshot::version).toList();
        int shown = Math.min(20, versions.size());
        return (shown < versions.size() ? "…, " : "")
                + String.join(", ", versions.subList(versions.size() - shown, versions.size()));
    }

    private static String none(DriftlineConfig config) {
        return "there are no snapshots on " + TopicDefinitions.of(config).name(Topic.SNAPSHOTS)
                + " yet: the service publishes the first when enough text has gone by, and"
                + " `driftline snapshots import` brings one in";
    }

    private static String shape(Architecture architecture) {
        boolean window = architecture.cell() == Cell.WINDOW;
        return architecture.cell().label() + " " + architecture.embedding() + "/" + architecture.hidden()
                + (architecture.layers() > 1 ? " × " + architecture.layers() : "")
                + (window ? ", " + architecture.window() + " words" : "");
    }

    private static String bytes(long bytes) {
        return bytes < 10 * 1024 ? bytes + " B" : String.format("%.1f MiB", bytes / 1048576.0);
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
