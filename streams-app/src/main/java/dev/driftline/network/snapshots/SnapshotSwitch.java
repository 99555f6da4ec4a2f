package dev.driftline.network.snapshots;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.neural.snapshot.SnapshotVersion;
import dev.driftline.schemas.Decision;
import dev.driftline.schemas.PromotionDecision;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * How an operator chooses the snapshot to score with, on the command line and over HTTP: by a version, the beginning of one,
 * its number, or {@value #ACTIVE}; on record, and in one transaction.
 */
public final class SnapshotSwitch {

    /** What the active snapshot is called. */
    public static final String ACTIVE = "active";

    private static final int NAMED = 20;
    private static final int LONGEST_SHOWN = 64;

    private final DriftlineConfig config;
    private final SnapshotCatalog catalog;

    /** Chooses among what {@code catalog} knows of. */
    public SnapshotSwitch(DriftlineConfig config, SnapshotCatalog catalog) {
        this.config = config;
        this.catalog = catalog;
    }

    /**
     * What became of a choice.
     *
     * @param active the snapshot that is scored with now
     * @param before the version that was; empty for none
     * @param moved false if it was active already
     */
    public record Outcome(PublishedSnapshot active, Optional<String> before, boolean moved) {}

    /**
     * Scores with a snapshot from now on, whatever the comparison of snapshots says.
     *
     * @param reason why, for the record; may be empty
     * @throws SnapshotChoiceException if there is none of that name, or it cannot be used
     */
    public Outcome promote(String which, Optional<String> reason) {
        return move(
                usable(which),
                "promoted by an operator" + reason.map(text -> ": " + text).orElse(""));
    }

    /**
     * Scores with an earlier snapshot again.
     *
     * @param which empty for the parent of the active one
     * @param reason why, for the record; may be empty
     * @throws SnapshotChoiceException if there is none to go back to
     */
    public Outcome rollBack(Optional<String> which, Optional<String> reason) {
        return move(
                usable(which.orElseGet(this::parent)),
                "rolled back by an operator" + reason.map(text -> ": " + text).orElse(""));
    }

    private Outcome move(PublishedSnapshot to, String reason) {
        Optional<String> before = catalog.pointer();
        if (!to.active()) {
            new SnapshotPublisher(config)
                    .send(
                            List.of(SnapshotMessages.activate(to.version())),
                            Optional.of(decision(to.description().manifest(), before, reason)),
                            sent -> {});
        }
        return new Outcome(to, before, !to.active());
    }

    /** The record of a decision that an operator made. */
    public static PromotionDecision decision(SnapshotManifest candidate, Optional<String> incumbent, String reason) {
        return PromotionDecision.newBuilder()
                .setCandidate(candidate.version())
                .setIncumbent(incumbent.orElse(null))
                .setParent(candidate.parent())
                .setDecision(Decision.OPERATOR)
                .setReason(reason)
                .setAt(Instant.now().truncatedTo(ChronoUnit.MILLIS))
                .build();
    }

    /**
     * A snapshot that is whole.
     *
     * @throws SnapshotChoiceException if it is not there, torn or corrupt
     */
    public PublishedSnapshot usable(String which) {
        PublishedSnapshot snapshot = find(which);
        snapshot.problem().ifPresent(problem -> {
            throw new SnapshotChoiceException("snapshot " + snapshot.version() + " cannot be used: " + problem);
        });
        return snapshot;
    }

    /** @throws SnapshotChoiceException if it is not there, or more than one is */
    public PublishedSnapshot find(String which) {
        List<PublishedSnapshot> all = catalog.list();
        if (all.isEmpty()) {
            throw new SnapshotChoiceException(none(config));
        }
        if (which.equals(ACTIVE)) {
            String active = catalog.pointer()
                    .orElseThrow(() -> new SnapshotChoiceException("no snapshot is active: name one of " + versions()));
            return catalog.find(active)
                    .orElseThrow(() -> new SnapshotChoiceException(
                            "the active snapshot " + active + " is not on the topic; there are " + versions()));
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
            throw new SnapshotChoiceException(
                    (found.isEmpty() ? "no snapshot is called " : "more than one snapshot is ") + shown(which)
                            + ": there are " + versions());
        }
        return found.get(0);
    }

    private String parent() {
        PublishedSnapshot active = find(ACTIVE);
        String parent = active.description().manifest().parent();
        if (parent == null) {
            throw new SnapshotChoiceException("the active snapshot " + active.version()
                    + " has no parent to go back to: name one of " + versions());
        }
        if (catalog.find(parent).isEmpty()) {
            throw new SnapshotChoiceException("the parent of the active snapshot, " + parent
                    + ", is not on the topic any more: name one of " + versions());
        }
        return parent;
    }

    private static String shown(String which) {
        String printable = which.replaceAll("\\p{Cntrl}", "?");
        return printable.length() > LONGEST_SHOWN ? printable.substring(0, LONGEST_SHOWN) + "…" : printable;
    }

    private String versions() {
        List<String> versions =
                catalog.list().stream().map(PublishedSnapshot::version).toList();
        int first = Math.max(0, versions.size() - NAMED);
        return (first > 0 ? "…, " : "") + String.join(", ", versions.subList(first, versions.size()));
    }

    /** That there are none, and how there come to be some. */
    public static String none(DriftlineConfig config) {
        return "there are no snapshots on " + TopicNames.of(config).name(Topic.SNAPSHOTS)
                + " yet: the service publishes the first when enough text has gone by, and"
                + " `driftline snapshots import` brings one in";
    }
}
