package dev.driftline.cli.offline;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.InvalidConfigException;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.drift.DriftSettings;
import dev.driftline.evaluation.DriftEvaluation;
import dev.driftline.topology.WatchSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code evaluate --drift}: where the language changes, by the detectors of the service. Use as {@code @Mixin}. */
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
            description =
                    "With --drift: a drift.* setting of the service, as `driftline config --reference` lists them. Repeatable.")
    private Map<String, String> set = new LinkedHashMap<>();

    @Option(
            names = "--one-source",
            paramLabel = "NAME",
            description =
                    "Assign all documents to this one source. With --drift, the changes found are then compared with"
                            + " where the documents' own source changes.")
    private @Nullable String oneSource;

    @Option(
            names = "--cut",
            paramLabel = "TOKENS",
            description =
                    "Cut documents at ends of sentences into pieces of this many tokens or a few more, 1 or more. Default: leave them whole.")
    private int cut = Integer.MAX_VALUE;

    private final List<String> origins = new ArrayList<>();
    private @Nullable DriftEvaluation watching;

    /** Watches the documents; empty without {@code --drift}. */
    Optional<DriftEvaluation> evaluation() {
        if (!drift) {
            return Optional.empty();
        }
        for (String key : set.keySet()) {
            if (!key.startsWith("drift.")) {
                throw usage("--drift-set " + key + ": only drift.* settings have an effect here");
            }
        }
        DriftSettings settings;
        try {
            settings = WatchSettings.of(DriftlineConfig.ofOption("--drift-set", set))
                    .orElseThrow(() -> usage("--drift-set drift.detectors=none: leave --drift out instead"));
        } catch (InvalidConfigException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
        watching = new DriftEvaluation(settings);
        return Optional.of(watching);
    }

    /** A document in pieces, with the source that it is assigned to. */
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

    /** What was found; empty where nothing was watched. */
    Optional<DriftReport> report() {
        return Optional.ofNullable(watching)
                .map(found -> new DriftReport(found, origins, Optional.ofNullable(oneSource)));
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
