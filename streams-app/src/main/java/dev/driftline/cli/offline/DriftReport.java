package dev.driftline.cli.offline;

import dev.driftline.drift.DriftChange;
import dev.driftline.drift.Series;
import dev.driftline.evaluation.DriftEvaluation;
import dev.driftline.terminal.Printable;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What {@code evaluate --drift} prints of the changes that it found. */
final class DriftReport {

    private final DriftEvaluation watching;
    private final List<String> origins;
    private final Optional<String> oneSource;

    /**
     * @param watching has seen all documents
     * @param origins the source that each document came from
     * @param oneSource the source that all were assigned to; empty where each kept its own
     */
    DriftReport(DriftEvaluation watching, List<String> origins, Optional<String> oneSource) {
        this.watching = watching;
        this.origins = List.copyOf(origins);
        this.oneSource = oneSource;
    }

    /** A change of the source of the documents, and what was found of it before the next one. */
    private record Boundary(long document, String from, String to, List<DriftEvaluation.Found> found) {}

    private List<Boundary> boundaries() {
        List<Boundary> boundaries = new ArrayList<>();
        for (int i = 1; oneSource.isPresent() && i < origins.size(); i++) {
            if (!origins.get(i).equals(origins.get(i - 1))) {
                boundaries.add(new Boundary(i, origins.get(i - 1), origins.get(i), new ArrayList<>()));
            }
        }
        for (DriftEvaluation.Found found : watching.found()) {
            Boundary last = null;
            for (Boundary boundary : boundaries) {
                last = boundary.document() <= found.number() ? boundary : last;
            }
            if (last != null) {
                last.found().add(found);
            }
        }
        return boundaries;
    }

    /** Prints tables. */
    void print(PrintWriter out) {
        List<Boundary> boundaries = boundaries();
        out.printf(
                Locale.ROOT,
                "%nChanges of the language: %d drifts, %d warnings%n",
                count(DriftChange.State.DRIFT),
                count(DriftChange.State.WARNING));
        int boundary = 0;
        for (DriftEvaluation.Found found : watching.found()) {
            while (boundary < boundaries.size() && boundaries.get(boundary).document() <= found.number()) {
                print(out, boundaries.get(boundary++));
            }
            out.println(line(found));
        }
        while (boundary < boundaries.size()) {
            print(out, boundaries.get(boundary++));
        }
        if (!boundaries.isEmpty()) {
            summary(out, boundaries);
        }
    }

    private long count(DriftChange.State state) {
        return watching.found().stream()
                .filter(found -> found.change().state() == state)
                .count();
    }

    private static void print(PrintWriter out, Boundary boundary) {
        out.printf(
                Locale.ROOT,
                "---- document %d: %s, before it %s%n",
                boundary.document(),
                boundary.to(),
                boundary.from());
    }

    private static String line(DriftEvaluation.Found found) {
        DriftChange change = found.change();
        return String.format(
                Locale.ROOT,
                "  %6d %-12s %-9s %-9s %-12s perplexity %6.1f → %6.1f (%5.2f → %5.2f bits a token), unknown %4.1f → %4.1f %%, since %d%s",
                found.number(),
                Printable.cut(found.source(), 12),
                label(change.series()),
                label(change.state()),
                change.state() == DriftChange.State.RECOVERED
                        ? label(change.recovery())
                        : change.evidence().detector().label(),
                change.before().perplexity(),
                change.after().perplexity(),
                change.before().bitsPerToken(),
                change.after().bitsPerToken(),
                100 * change.before().unknownRate(),
                100 * change.after().unknownRate(),
                change.start().document(),
                change.words().isEmpty()
                        ? ""
                        : ": "
                                + change.words().stream()
                                        .limit(5)
                                        .map(word -> Printable.cut(word.word(), 20))
                                        .collect(Collectors.joining(" ")));
    }

    private void summary(PrintWriter out, List<Boundary> boundaries) {
        out.printf(
                Locale.ROOT,
                "%n%-18s %-18s %9s  %-28s %s%n",
                "from",
                "to",
                "document",
                "first drift",
                "other drifts until the next");
        long before = watching.found().stream()
                .filter(found -> found.change().state() == DriftChange.State.DRIFT
                        && found.number() < boundaries.get(0).document())
                .count();
        out.printf(Locale.ROOT, "%-18s %-18s %9d  %-28s %d%n", "", origins.get(0), 0, "", before);
        for (Boundary boundary : boundaries) {
            List<DriftEvaluation.Found> drifts = boundary.found().stream()
                    .filter(found -> found.change().state() == DriftChange.State.DRIFT)
                    .toList();
            out.printf(
                    Locale.ROOT,
                    "%-18s %-18s %9d  %-28s %s%n",
                    boundary.from(),
                    boundary.to(),
                    boundary.document(),
                    drifts.isEmpty()
                            ? "-"
                            : "+" + (drifts.get(0).number() - boundary.document() + 1) + " documents, "
                                    + label(drifts.get(0).change().series()),
                    Math.max(0, drifts.size() - 1));
        }
        oneSource.ifPresent(source -> {
            for (Series series : Series.values()) {
                out.printf(Locale.ROOT, "%s at the end: %s%n", label(series), label(watching.state(source, series)));
            }
        });
    }

    /** The changes for {@code --json}. */
    List<Map<String, Object>> json() {
        return watching.found().stream().map(DriftReport::json).toList();
    }

    private static Map<String, Object> json(DriftEvaluation.Found found) {
        DriftChange change = found.change();
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("document", found.number());
        object.put("id", found.document());
        object.put("source", found.source());
        object.put("series", change.series().name());
        object.put("state", change.state().name());
        object.put("recovery", change.recovery().name());
        object.put("detector", change.evidence().detector().name());
        object.put("statistic", change.evidence().statistic());
        object.put("threshold", change.evidence().threshold());
        object.put("bits_per_token_before", change.before().bitsPerToken());
        object.put("bits_per_token_after", change.after().bitsPerToken());
        object.put("perplexity_before", change.before().perplexity());
        object.put("perplexity_after", change.after().perplexity());
        object.put("unknown_rate_before", change.before().unknownRate());
        object.put("unknown_rate_after", change.after().unknownRate());
        object.put("started_document", change.start().document());
        object.put("words", change.words().stream().map(DriftChange.Word::word).toList());
        object.put(
                "documents",
                change.documents().stream().map(DriftChange.Document::id).toList());
        return object;
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
