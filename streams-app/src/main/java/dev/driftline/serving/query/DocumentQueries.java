package dev.driftline.serving.query;

import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.DocumentScorer;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.mixture.NextWordPrediction;
import dev.driftline.mixture.PredictedWord;
import dev.driftline.mixture.ScoreRequest;
import dev.driftline.network.snapshots.ActiveSnapshot;
import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.NetworkScore;
import dev.driftline.neural.NetworkState;
import dev.driftline.neural.events.NeuralExpert;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.scoring.Candidates;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.Gather;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.scoring.Scatter;
import dev.driftline.serving.query.InstanceQuery.Peek;
import dev.driftline.source.SourceModel;
import dev.driftline.sources.SourceState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Scores documents for somebody who asks, with everything that the stream scores them with: the counts wherever they are, the
 * network, and the caches and weights of a source. What a document costs here is what it would cost if it came next on the stream
 * with {@code learn = false}; nothing learns from it. One round trip to the other instances, however many documents.
 * Thread-safe.
 */
public final class DocumentQueries {

    /** What the source is called that nobody has heard of. */
    private static final String NOBODY = "";

    private final ModelSettings settings;
    private final MixtureSettings mixture;
    private final int shards;
    private final ShardAccess access;
    private final ActiveSnapshot active;
    private final Function<Snapshot, BitSet> foreign;

    /**
     * @param access to the shards and sources
     * @param active the network
     * @param foreign the rows of a network whose words the counts may not know
     */
    public DocumentQueries(
            ModelSettings settings,
            MixtureSettings mixture,
            int shards,
            ShardAccess access,
            ActiveSnapshot active,
            Function<Snapshot, BitSet> foreign) {
        this.foreign = foreign;
        this.settings = settings;
        this.mixture = mixture;
        this.shards = shards;
        this.access = access;
        this.active = active;
    }

    /**
     * A document scored.
     *
     * @param document what was scored
     * @param score what it cost, each token under each model
     * @param rows what the counts said
     * @param expected the most probable words at each token under the mixture, best first; empty unless asked for
     * @param sourceKnown whether anything was learned of the source
     * @param snapshot the version of the network; empty where it took no part
     */
    public record Scored(
            DocumentTokens document,
            DocumentScore score,
            NgramProbabilities rows,
            List<List<PredictedWord>> expected,
            boolean sourceKnown,
            Optional<String> snapshot) {}

    /** The names of the models, the mixture last. */
    List<String> models() {
        return mixture.models();
    }

    /** The name of the network among them; empty without one. */
    public Optional<String> networkName() {
        return mixture.neural();
    }

    /**
     * Scores documents, each for its own.
     *
     * @param source who they are from; empty for somebody new
     * @param expected words wanted at each token; 0 for none
     * @throws ShardUnavailableException if a part of the model is nowhere just now
     */
    public List<Scored> score(List<DocumentTokens> documents, Optional<String> source, int expected) {
        List<InstanceQuery> questions = new ArrayList<>();
        documents.forEach(document -> ask(document, 0, questions));
        for (DocumentTokens document : expected > 0 ? documents : List.<DocumentTokens>of()) {
            for (int i = 0; i < document.tokens().length; i++) {
                ask(before(document, i), expected, questions);
            }
        }
        questions.add(new InstanceQuery.Source(source.orElse(NOBODY)));
        List<byte[]> answers = access.ask(questions);
        SourceState state = SourceState.decode(answers.get(answers.size() - 1));
        Gather gather = new Gather(settings, shards);
        List<NgramProbabilities> rows = new ArrayList<>();
        int at = 0;
        for (DocumentTokens document : documents) {
            rows.add(gather.gather(document, answers.subList(at, at += shards)).positions());
        }
        Optional<Snapshot> snapshot = snapshot();
        List<Scored> scored = new ArrayList<>();
        for (int i = 0; i < documents.size(); i++) {
            DocumentTokens document = documents.get(i);
            List<Candidates> candidates = new ArrayList<>();
            for (int token = 0; expected > 0 && token < document.tokens().length; token++) {
                candidates.add(gather.gather(before(document, token), answers.subList(at, at += shards))
                        .candidates());
            }
            scored.add(score(document, rows.get(i), state, snapshot, candidates, expected));
        }
        return scored;
    }

    /** Scores one document for each of several sources, in the same order. */
    public List<Scored> scoreFor(DocumentTokens document, List<String> sources) {
        List<InstanceQuery> questions = new ArrayList<>();
        ask(document, 0, questions);
        sources.forEach(source -> questions.add(new InstanceQuery.Source(source)));
        List<byte[]> answers = access.ask(questions);
        NgramProbabilities rows = new Gather(settings, shards)
                .gather(document, answers.subList(0, shards))
                .positions();
        Optional<Snapshot> snapshot = snapshot();
        return answers.subList(shards, answers.size()).stream()
                .map(state -> score(document, rows, SourceState.decode(state), snapshot, List.of(), 0))
                .toList();
    }

    /**
     * The most probable next words after a document's last sentence, taken as still open: under the mixture, the counts and the
     * network.
     */
    public List<NextWordPrediction> next(DocumentTokens document, Optional<String> source, int k) {
        List<InstanceQuery> questions = new ArrayList<>();
        ask(document, k, questions);
        questions.add(new InstanceQuery.Source(source.orElse(NOBODY)));
        List<byte[]> answers = access.ask(questions);
        SourceState state = SourceState.decode(answers.get(shards));
        Gather.Gathered gathered = new Gather(settings, shards).gather(document, answers.subList(0, shards));
        Optional<NeuralExpert> expert = snapshot()
                .map(network -> expert(
                        network,
                        network.network().reader(),
                        network.network().vocabulary().encode(document),
                        true));
        return new DocumentScorer(mixture)
                .score(ScoreRequest.of(document, gathered.positions(), state.model(mixture))
                        .withNextWords(gathered.candidates(), k)
                        .withNetwork(expert))
                .predictions();
    }

    /** The network that the stream scores with; empty where there is none. */
    private Optional<Snapshot> snapshot() {
        return mixture.hasNeural() ? active.get() : Optional.empty();
    }

    private void ask(DocumentTokens document, int predictions, List<InstanceQuery> questions) {
        // The document's own words may come again; those of the source's caches are not known here yet.
        Set<String> extras = new TreeSet<>();
        if (predictions > 0) {
            List<String> words = Arrays.asList(document.words());
            extras.addAll(words.subList(2, Math.min(words.size(), 2 + predictions)));
        }
        byte[][] requests =
                new Scatter(settings, shards).requests(0, 0, document, false, predictions, List.copyOf(extras));
        for (int shard = 0; shard < shards; shard++) {
            questions.add(new Peek(shard, requests[shard]));
        }
    }

    /** The sentence up to a token, still open: all that the counts need to say what may come there. */
    private static DocumentTokens before(DocumentTokens document, int position) {
        int[] tokens = document.tokens();
        int start = position;
        while (start > 0 && tokens[start - 1] != DocumentTokens.EOS) {
            start--;
        }
        List<String> sentence = new ArrayList<>(position - start);
        for (int i = start; i < position; i++) {
            sentence.add(document.words()[tokens[i]]);
        }
        return DocumentTokens.of(List.of(sentence));
    }

    private NeuralExpert expert(Snapshot snapshot, NetworkReader reader, int[] encoded, boolean open) {
        BitSet rows = foreign.apply(snapshot);
        NetworkScore score = reader.score(List.of(encoded), open, null, rows).get(0);
        return new NeuralExpert(snapshot.network(), score, rows);
    }

    private Scored score(
            DocumentTokens document,
            NgramProbabilities rows,
            SourceState state,
            Optional<Snapshot> snapshot,
            List<Candidates> candidates,
            int expected) {
        SourceModel source = state.model(mixture);
        NetworkReader reader =
                snapshot.map(network -> network.network().reader()).orElse(null);
        int[] encoded = snapshot.map(network -> network.network().vocabulary().encode(document))
                .orElse(null);
        NeuralExpert expert =
                snapshot.map(network -> expert(network, reader, encoded, false)).orElse(null);
        DocumentScore score = new DocumentScorer(mixture)
                .score(ScoreRequest.of(document, rows, source)
                        .withSurprisals(ScoreRequest.Surprisals.EVERY_MODEL)
                        .withNetwork(Optional.ofNullable(expert)));
        List<List<PredictedWord>> words = candidates.isEmpty()
                ? List.of()
                : expected(document, rows, source, expert, reader, encoded, candidates, expected);
        return new Scored(document, score, rows, words, state.isKnown(), snapshot.map(Snapshot::version));
    }

    /** What the mixture expects at each token, having seen those before it. */
    private List<List<PredictedWord>> expected(
            DocumentTokens document,
            NgramProbabilities rows,
            SourceModel source,
            NeuralExpert expertOrNull,
            NetworkReader reader,
            int[] encoded,
            List<Candidates> candidates,
            int k) {
        DocumentScorer scorer = new DocumentScorer(mixture);
        List<List<PredictedWord>> words = new ArrayList<>();
        NetworkState state = expertOrNull == null ? null : reader.start();
        for (int i = 0; i < candidates.size(); i++) {
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("interrupted: the question has taken too long");
            }
            int[] prefix = Arrays.copyOf(document.tokens(), i + 1);
            prefix[i] = DocumentTokens.EOS;
            NeuralExpert expert = null;
            if (expertOrNull != null) {
                float[] open = new float[expertOrNull.network().vocabulary().size()];
                reader.next(state, open);
                NetworkReader.fold(expertOrNull.foreign(), open);
                NetworkScore whole = expertOrNull.score();
                expert = new NeuralExpert(
                        expertOrNull.network(),
                        new NetworkScore(
                                Arrays.copyOf(whole.logProbabilities(), i + 1),
                                Arrays.copyOf(whole.topProbabilities(), i + 1),
                                open,
                                null),
                        expertOrNull.foreign());
                state = reader.advance(state, encoded[i]);
            }
            List<NextWordPrediction> predictions = scorer.score(
                            ScoreRequest.of(new DocumentTokens(document.words(), prefix), first(rows, i + 1), source)
                                    .withNextWords(candidates.get(i), k)
                                    .withNetwork(Optional.ofNullable(expert)))
                    .predictions();
            words.add(
                    predictions.isEmpty()
                            ? List.of()
                            : predictions.get(predictions.size() - 1).words());
        }
        return words;
    }

    private static NgramProbabilities first(NgramProbabilities rows, int count) {
        return new NgramProbabilities(
                rows.order(),
                Arrays.copyOf(rows.probability(), count * rows.order()),
                Arrays.copyOf(rows.matched(), count),
                Arrays.copyOf(rows.unknown(), count),
                Arrays.copyOf(rows.spellingBits(), count),
                rows.types());
    }
}
