package dev.driftline.evaluation;

import dev.driftline.corpus.CorpusDocument;
import dev.driftline.drift.DriftChange;
import dev.driftline.drift.DriftSettings;
import dev.driftline.drift.Observation;
import dev.driftline.drift.ReferenceModel;
import dev.driftline.drift.Series;
import dev.driftline.drift.SourceWatch;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.scoring.DocumentTokens;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Watches the documents of an evaluation as the service watches those of a stream: the same references, observations and
 * detectors, without Kafka. Not thread-safe.
 */
public final class DriftEvaluation {

    /**
     * A change, and the document that it came with.
     *
     * @param number the document's number in the evaluation, from 0
     */
    public record Found(String source, String document, long number, DriftChange change) {}

    /** What a document cost, in bits a token; the reference NaN before it is frozen. */
    public record Level(int tokens, double live, double reference) {}

    private final DriftSettings settings;
    private final Map<String, SourceWatch> watches = new HashMap<>();
    private final Map<String, ReferenceModel> references = new HashMap<>();
    private final List<Found> found = new ArrayList<>();
    private final List<Level> levels = new ArrayList<>();

    /** Watches for what {@code settings} call a change. */
    public DriftEvaluation(DriftSettings settings) {
        this.settings = settings;
    }

    /** Takes in a scored document; {@code score} has the surprisal of every token. */
    void add(CorpusDocument document, DocumentTokens coded, DocumentScore score) {
        Optional<ReferenceModel> reference = reference(document.source());
        long number = levels.size();
        Observation observation = Observation.of(
                document.source(), document.id(), false, 0, number, 0, coded, score, reference.orElse(null));
        levels.add(
                new Level(observation.tokens(), observation.liveBitsPerToken(), observation.referenceBitsPerToken()));
        if (document.learn()) {
            reference.ifPresent(learning -> learning.learn(coded));
        }
        SourceWatch watch = watches.computeIfAbsent(document.source(), source -> new SourceWatch(settings));
        for (DriftChange change : watch.add(observation)) {
            found.add(new Found(document.source(), document.id(), number, change));
        }
    }

    private Optional<ReferenceModel> reference(String source) {
        return settings.referenceTokens() == 0
                ? Optional.empty()
                : Optional.of(
                        references.computeIfAbsent(source, any -> new ReferenceModel(settings.referenceTokens())));
    }

    /** Every change so far, in order. */
    public List<Found> found() {
        return List.copyOf(found);
    }

    /** What every document has cost. */
    public List<Level> levels() {
        return List.copyOf(levels);
    }

    /** The state of a source's series now; stable where it has not been seen. */
    public DriftChange.State state(String source, Series series) {
        SourceWatch watch = watches.get(source);
        return watch == null ? DriftChange.State.STABLE : watch.state(series);
    }
}
