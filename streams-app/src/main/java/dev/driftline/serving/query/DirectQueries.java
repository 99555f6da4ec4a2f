package dev.driftline.serving.query;

import dev.driftline.generation.MixtureText;
import dev.driftline.generation.NgramText;
import dev.driftline.generation.TextGenerator;
import dev.driftline.generation.TextModel;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.mixture.NextWordPrediction;
import dev.driftline.mixture.PredictedWord;
import dev.driftline.neural.Pooling;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.NextWords;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.serving.query.instances.LocalModelShards;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Asks a model through its parts: a running service's, a state directory's, or a snapshot's alone. Thread-safe as they are. */
public final class DirectQueries implements ModelQueries {

    /** From how many words text is drawn at each step where no top-k is given and the vocabulary is too large to ask for. */
    public static final int DRAWN_FROM = 100;

    private static final double EVEN = 0.5;

    private enum Kind {
        NGRAM,
        BACKGROUND,
        NETWORK,
        MIXTURE,
        BLEND
    }

    private final Optional<ModelParts> parts;
    private final NetworkQueries network;
    /** The counts in this process, of which every word can be asked for. */
    private final Optional<LocalModel> everyWord;

    private DirectQueries(Optional<ModelParts> parts, NetworkQueries network, Optional<LocalModel> everyWord) {
        this.parts = parts;
        this.network = network;
        this.everyWord = everyWord;
    }

    /** The model of a running service. */
    public static DirectQueries of(ModelParts parts) {
        return new DirectQueries(
                Optional.of(parts), new NetworkQueries(parts.active(), parts.foreign()), Optional.empty());
    }

    /**
     * Counts that were left in a folder, a snapshot of a network, or both; no source is known.
     *
     * @throws IllegalArgumentException if there is neither
     */
    public static DirectQueries of(Optional<LocalModel> counts, Optional<Snapshot> snapshot) {
        if (counts.isEmpty() && snapshot.isEmpty()) {
            throw new IllegalArgumentException("expected counts, a snapshot or both");
        }
        return new DirectQueries(
                counts.map(DirectQueries::parts), new NetworkQueries(() -> snapshot, none -> new BitSet()), counts);
    }

    private static ModelParts parts(LocalModel counts) {
        ModelSettings settings = counts.settings();
        MixtureSettings mixture = MixtureSettings.defaults(
                        settings.order(), settings.smoothing().label())
                .withBackground(settings.background().isPresent());
        return new ModelParts(
                settings,
                mixture,
                counts.shardCount(),
                new LocalModelShards(counts, mixture),
                Optional::empty,
                snapshot -> new BitSet());
    }

    @Override
    public long count(List<String> ngram) {
        ModelParts asked = counts();
        int order = asked.settings().order();
        if (ngram.isEmpty() || ngram.size() > order) {
            throw new IllegalArgumentException(
                    "an n-gram of " + ngram.size() + " words was asked for; counts are kept for 1 to " + order);
        }
        String owner = ngram.get(Math.max(0, ngram.size() - 2));
        return asked.access().rawCount(ShardScorer.shardOf(owner, asked.shards()), ngram);
    }

    @Override
    public NextWordsAnswer next(NextWordsQuery query) {
        Kind kind = checkedKind(query.choice());
        if (kind == Kind.BLEND && everyWord.isPresent() || kind == Kind.NETWORK && !mixesNetwork()) {
            DrawnText text = text(kind, query.choice(), query.source(), 0, PredictedText.Beginning.NONE);
            return best(kind == Kind.BLEND ? text.drawnFrom() : network.name(), text.model(), query);
        }
        String name = name(kind);
        NextWordsAnswer answer = predictions(kind, query.choice(), query.source())
                .after(DocumentTokens.of(query.sentences()), name, query.k(), query.prefix())
                .map(NextWordsAnswer::of)
                .orElse(NextWordsAnswer.nothing(name));
        return kind == Kind.BLEND ? answer.named(blend(query.choice())) : answer;
    }

    private static String blend(ModelChoice choice) {
        return "linear blend of counts and network, weight "
                + choice.networkWeight().orElse(EVEN);
    }

    /** From a model that lists every word but {@code <unk>}, which has what is left of 1. */
    private static NextWordsAnswer best(String name, TextModel model, NextWordsQuery query) {
        double known = Arrays.stream(
                        model.next(model.advance(model.start(), query.words())).probabilities())
                .sum();
        List<PredictedWord> words = TextGenerator.best(model, query.words(), query.prefix(), query.k()).stream()
                .map(word -> new PredictedWord(word.word(), word.probability()))
                .toList();
        double listed = words.stream().mapToDouble(PredictedWord::probability).sum();
        return new NextWordsAnswer(name, words, Math.max(0, 1 - known), Math.max(0, known - listed));
    }

    @Override
    public TextAnswer generate(TextQuery query) {
        DrawnText text = text(query);
        return new TextAnswer(text.drawnFrom(), query.request().write(new WatchedText(text.model(), () -> true)));
    }

    /** The model that writes the text of a query. Asks no instance before its first word is wanted. */
    public DrawnText text(TextQuery query) {
        return text(
                checkedKind(query.choice()),
                query.choice(),
                query.source(),
                query.request().sampling().topK(),
                new PredictedText.Beginning(
                        query.request().prompt().size(), query.request().prefix()));
    }

    @Override
    public EncodedDocument encode(List<List<String>> sentences, Pooling pooling) {
        return network.encode(sentences, pooling);
    }

    private boolean mixesNetwork() {
        return parts.map(asked -> asked.mixture().hasNeural()).orElse(false);
    }

    private boolean hasBackground() {
        return parts.map(asked -> asked.mixture().background()).orElse(false);
    }

    private ModelParts counts() {
        return parts.orElseThrow(() -> new IllegalArgumentException("there are no counts: only a snapshot was opened"));
    }

    /** What is asked. Refuses a weight that would have no effect on it. */
    private Kind checkedKind(ModelChoice choice) {
        Kind kind = kind(choice);
        if (kind != Kind.BLEND && choice.networkWeight().isPresent()) {
            throw new IllegalArgumentException("network_weight has no effect on " + name(kind)
                    + ", which blends nothing: leave it out, or ask for model=mixture");
        }
        return kind;
    }

    private Kind kind(ModelChoice choice) {
        boolean hasSources = parts.isPresent() && everyWord.isEmpty();
        String name = choice.name()
                .orElse(
                        parts.isEmpty()
                                ? ModelChoice.NETWORK
                                : network.isThere() || hasSources ? ModelChoice.MIXTURE : ModelChoice.NGRAM);
        if (name.equals(ModelChoice.MIXTURE)) {
            return hasSources && choice.networkWeight().isEmpty() ? Kind.MIXTURE : Kind.BLEND;
        }
        if (name.equals(ModelChoice.NGRAM) || parts.isPresent() && name.equals(name(Kind.NGRAM))) {
            counts();
            return Kind.NGRAM;
        }
        if (name.equals(ModelChoice.BACKGROUND) && hasBackground()) {
            return Kind.BACKGROUND;
        }
        if (name.equals(ModelChoice.NETWORK) || network.isThere() && name.equals(network.name())) {
            return Kind.NETWORK;
        }
        List<String> names = new ArrayList<>();
        parts.ifPresent(there -> names.add(name(Kind.NGRAM)));
        if (hasBackground()) {
            names.add(ModelChoice.BACKGROUND);
        }
        if (network.isThere()) {
            names.add(network.name());
        }
        throw new IllegalArgumentException(
                "model=" + name + " is not one of ngram, network, mixture and " + String.join(", ", names));
    }

    private String name(Kind kind) {
        return switch (kind) {
            case NGRAM -> counts().mixture().models().get(counts().settings().order() - 1);
            case BACKGROUND -> MixtureSettings.BACKGROUND;
            case NETWORK -> network.name();
            case MIXTURE -> MixtureSettings.MIXTURE;
            case BLEND -> NextWordPrediction.BLEND;
        };
    }

    private NextWordPredictions predictions(Kind kind, ModelChoice choice, Optional<String> source) {
        ModelParts asked = counts();
        Optional<Snapshot> taking = kind == Kind.NGRAM || kind == Kind.BACKGROUND ? Optional.empty() : asked.network();
        OptionalDouble share = OptionalDouble.empty();
        if (kind == Kind.BLEND) {
            network.check();
            share = OptionalDouble.of(choice.networkWeight().orElse(EVEN));
        }
        return new NextWordPredictions(asked, asked.source(source).model(asked.mixture()), taking, share);
    }

    private DrawnText text(
            Kind kind, ModelChoice choice, Optional<String> source, int topK, PredictedText.Beginning beginning) {
        if (kind == Kind.NETWORK) {
            return new DrawnText(network.name() + ", every word", network.text());
        }
        if (everyWord.isEmpty() || kind == Kind.BACKGROUND || kind == Kind.NGRAM && topK > 0) {
            return predicted(kind, choice, source, topK, beginning);
        }
        TextModel counts = new NgramText(new NextWords(everyWord.orElseThrow()));
        double weight = choice.networkWeight().orElse(EVEN);
        return kind == Kind.NGRAM
                ? new DrawnText(name(kind) + ", every word", counts)
                : new DrawnText(blend(choice), new MixtureText(List.of(counts, network.text()), 1 - weight, weight));
    }

    private DrawnText predicted(
            Kind kind, ModelChoice choice, Optional<String> source, int topK, PredictedText.Beginning beginning) {
        int k = topK > 0 ? topK : DRAWN_FROM;
        String from = kind == Kind.BLEND ? blend(choice) : name(kind);
        return new DrawnText(
                from + ", the " + k + " most probable words",
                new PredictedText(() -> predictions(kind, choice, source), name(kind), k, beginning));
    }
}
