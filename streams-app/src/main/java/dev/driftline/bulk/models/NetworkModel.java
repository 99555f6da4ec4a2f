package dev.driftline.bulk.models;

import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.text.Tokenizer;
import java.util.List;
import java.util.function.Supplier;

/** A snapshot of a network alone. What it does not know is one class, {@code <unk>}, whose letters cost nothing. */
public final class NetworkModel implements ScoringModel {

    private static final double LN2 = Math.log(2);

    private final Snapshot snapshot;
    private final Supplier<Tokenizer> tokenizers;

    /** Scores with {@code snapshot}. */
    public NetworkModel(Snapshot snapshot, Supplier<Tokenizer> tokenizers) {
        this.snapshot = snapshot;
        this.tokenizers = tokenizers;
    }

    @Override
    public TextScorer scorer() {
        NetworkReader reader = snapshot.network().reader();
        return (source, sentences, eachToken) -> {
            int[] encoded = snapshot.network().vocabulary().encode(DocumentTokens.of(sentences));
            float[] nats = reader.score(List.of(encoded)).get(0).logProbabilities();
            float[] bits = new float[nats.length];
            boolean[] isUnknown = new boolean[nats.length];
            double sum = 0;
            int unknown = 0;
            for (int i = 0; i < nats.length; i++) {
                bits[i] = (float) (-nats[i] / LN2);
                sum += -nats[i] / LN2;
                isUnknown[i] = encoded[i] == NeuralVocabulary.UNKNOWN;
                unknown += isUnknown[i] ? 1 : 0;
            }
            return new TextCost(
                    nats.length,
                    unknown,
                    sum,
                    eachToken ? bits : TextCost.NO_BITS,
                    eachToken ? isUnknown : TextCost.NO_FLAGS);
        };
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizers.get();
    }

    @Override
    public String identity() {
        return "snapshot " + snapshot.version();
    }

    @Override
    public void close() {}
}
