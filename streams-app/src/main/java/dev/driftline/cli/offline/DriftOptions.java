package dev.driftline.cli.offline;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.InvalidConfigException;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.drift.DriftChange;
import dev.driftline.drift.DriftSettings;
import dev.driftline.drift.Series;
import dev.driftline.evaluation.DriftEvaluation;
import dev.driftline.terminal.Printable;
import dev.driftline.topology.WatchSettings;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code evaluate --drift}: where the language changes, by the detectors of the service. */
final class DriftOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--drift",
            description = "Also watch every source as the service does, and list where its language changes.")
    private boolean drift;

    @Option(
            names = "--drift-set",
            paramLabel = "KEY=VALUE",
            description = "A drift.* setting of the service, for --drift. Repeatable.")
    private Map<String, String> set = new LinkedHashMap<>();

    @Option(
            names = "--one-source",
            paramLabel = "NAME",
            description =
                    "Take all documents for documents of this one source. With --drift, what is found is then compared with"
                            + " where their own source changes.")
    private String oneSource;

    @Option(
            names = "--cut",
            paramLabel = "TOKENS",
            description = "Cut documents at ends of sentences into pieces of so many tokens or a few more.")
    private int cut = Integer.MAX_VALUE;

    private final List<String> origins = new ArrayList<>();
    private DriftEvaluation watching;

    /** What watches; empty where nothing is to be watched. */
    Optional<DriftEvaluation> evaluation() {
        if (cut < 1) {
            throw usage("--cut " + cut + " is not 1 or more");
        }
        if (!drift) {
            if (!set.isEmpty()) {
                throw usage("--drift-set needs --drift");
            }
            return Optional.empty();
        }
        for (String key : set.keySet()) {
            if (!key.startsWith("drift.")) {
                throw usage("--drift-set " + key + ": only drift.* settings count here");
            }
        }
        DriftSettings settings;
        try {
            settings = WatchSettings.of(DriftlineConfig.of(set))
                    .orElseThrow(() -> usage("--drift-set drift.detectors=none: then leave --drift out"));
        } catch (InvalidConfigException e) {
            throw usage("--drift-set " + e.getMessage());
        }
        watching = new DriftEvaluation(settings);
        return Optional.of(watching);
    }

    /** A document in pieces, of the source that it is to be taken for. */
    List<CorpusDocument> pieces(CorpusDocument document) {
        List<CorpusDocument> pieces = new ArrayList<>();
        List<List<String>> sentences = new ArrayList<>();
        long length = 0;
        for (List<String> sentence : document.sentences()) {
            sentences.add(sentence);
            length += sentence.size() + 1;
            if (length >= cut) {
                pieces.add(piece(document, document.id() + "/" + pieces.size(), sentences));
                sentences = new ArrayList<>();
                length = 0;
            }
        }
        if (!sentences.isEmpty()) {
            String id = pieces.isEmpty() ? document.id() : document.id() + "/" + pieces.size();
            pieces.add(piece(document, id, sentences));
        }
        return pieces;
    }

    private CorpusDocument piece(CorpusDocument document, String id, List<List<String>> sentences) {
        origins.add(document.source());
        return new CorpusDocument(
                id,
                oneSource == null ? document.source() : oneSource,
                sentences,
                document.learn(),
                document.attributes());
    }

    /** A change of the source of the documents, and what was found of it before the next one. */
    private record Boundary(long document, String from, String to, List<DriftEvaluation.Found> found) {}

    private List<Boundary> boundaries() {
        List<Boundary> boundaries = new ArrayList<>();
        for (int i = 1; oneSource != null && i < origins.size(); i++) {
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

    /** Prints what was found; nothing where nothing was watched. */
    void print(PrintWriter out) {
        if (watching == null) {
            return;
        }
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
                "  %6d %-12s %-9s %-9s %-12s %6.2f → %6.2f bits, unknown %4.1f → %4.1f %%, since %d%s",
                found.number(),
                Printable.cut(found.source(), 12),
                change.series().name().toLowerCase(Locale.ROOT),
                change.state().name().toLowerCase(Locale.ROOT),
                change.state() == DriftChange.State.RECOVERED
                        ? change.recovery().name().toLowerCase(Locale.ROOT)
                        : change.evidence().detector().label(),
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
                                    + drifts.get(0).change().series().name().toLowerCase(Locale.ROOT),
                    Math.max(0, drifts.size() - 1));
        }
        for (Series series : Series.values()) {
            out.printf(
                    Locale.ROOT,
                    "%s at the end: %s%n",
                    series.name().toLowerCase(Locale.ROOT),
                    watching.state(oneSource, series).name().toLowerCase(Locale.ROOT));
        }
    }

    /** What was found, for JSON; null where nothing was watched. */
    List<Map<String, Object>> jsonOrNull() {
        if (watching == null) {
            return null;
        }
        return watching.found().stream().map(DriftOptions::json).toList();
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
        object.put("unknown_rate_before", change.before().unknownRate());
        object.put("unknown_rate_after", change.after().unknownRate());
        object.put("started_document", change.start().document());
        object.put("words", change.words().stream().map(DriftChange.Word::word).toList());
        object.put(
                "documents",
                change.documents().stream().map(DriftChange.Document::id).toList());
        return object;
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
