package dev.driftline.cli.snapshots;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.network.snapshots.PublishedSnapshot;
import dev.driftline.network.snapshots.SnapshotArchive;
import dev.driftline.network.snapshots.SnapshotCatalog;
import dev.driftline.network.snapshots.SnapshotSwitch;
import dev.driftline.neural.snapshot.Provenance;
import dev.driftline.neural.snapshot.SeenText;
import dev.driftline.neural.snapshot.SnapshotDescription;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code driftline snapshots list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = {
            "List the snapshots on the topic, the newest last. The active one has a star.",
            "--json says which documents each was trained on.",
            "All chunks are checked: a snapshot that is torn or corrupt says so."
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  driftline snapshots list --bootstrap-servers kafka:9092 --json",
            "  driftline snapshots list --saw 3:12345"
        })
final class ListSnapshotsCommand implements Callable<Integer> {

    private static final String ROW = "%s %-16s %-22s %8s %10s %9s %12s  %-20s %s";

    @Mixin
    private SnapshotsTopic topic;

    @Option(names = "--json", description = "Print one JSON array.")
    private boolean json;

    @Option(
            names = "--saw",
            paramLabel = "[TOPIC:]PARTITION:OFFSET",
            converter = PlaceConverter.class,
            description =
                    "List only the snapshots that may have been trained on the document at that place of the input, "
                            + "themselves or by an ancestor. TOPIC is documents (the default) or text. That a snapshot is not "
                            + "listed is certain; one is listed that does not know its text, such as one of 0.5.0.")
    private SeenText.@Nullable Place saw;

    @Override
    public Integer call() {
        DriftlineConfig config = topic.config();
        try (SnapshotArchive archive = topic.read(config)) {
            PrintWriter out = topic.out();
            SnapshotCatalog catalog = archive.catalog();
            if (json) {
                out.println(PlainJson.pretty(
                        listed(catalog).stream().map(SnapshotText::json).toList()));
            } else if (catalog.list().isEmpty()) {
                out.println(SnapshotSwitch.none(config));
            } else if (listed(catalog).isEmpty()) {
                out.println("No snapshot on the topic was trained on the document at " + saw + ".");
            } else {
                print(out, catalog, listed(catalog));
            }
            out.flush();
        }
        return ExitCodes.OK;
    }

    private List<PublishedSnapshot> listed(SnapshotCatalog catalog) {
        SeenText.Place place = saw;
        return place == null
                ? catalog.list()
                : catalog.list().stream()
                        .filter(snapshot ->
                                snapshot.description().manifest().text().mayHaveSeen(place))
                        .toList();
    }

    private static void print(PrintWriter out, SnapshotCatalog catalog, List<PublishedSnapshot> listed) {
        out.printf(
                Locale.ROOT,
                ROW + "%n",
                " ",
                "version",
                "model",
                "words",
                "size",
                "bits/tok",
                "tokens",
                "published",
                "parent");
        listed.forEach(snapshot -> out.println(row(snapshot)));
        catalog.pointer()
                .flatMap(active -> catalog.problem(active)
                        .map(problem -> "The active snapshot is " + active + ", which cannot be used: " + problem))
                .ifPresent(out::println);
        if (catalog.pointer().isEmpty()) {
            out.println("No snapshot is active: `driftline snapshots promote VERSION` activates one.");
        }
    }

    private static String row(PublishedSnapshot snapshot) {
        SnapshotDescription description = snapshot.description();
        Double bits = description.manifest().metrics().get(Provenance.VALIDATION_BITS);
        Long tokens = description.manifest().data().get(Provenance.TOKENS);
        return String.format(
                        Locale.ROOT,
                        ROW + "%s",
                        snapshot.active() ? "*" : " ",
                        snapshot.version(),
                        SnapshotText.shape(description.architecture()),
                        description.vocabularySize(),
                        SnapshotText.bytes(snapshot.bytes()),
                        bits == null ? "-" : String.format(Locale.ROOT, "%.3f", bits),
                        tokens == null ? "-" : tokens.toString(),
                        snapshot.publishedAt().truncatedTo(ChronoUnit.SECONDS),
                        Objects.requireNonNullElse(description.manifest().parent(), "-"),
                        snapshot.problem().map(problem -> "  " + problem).orElse(""))
                .stripTrailing();
    }
}
