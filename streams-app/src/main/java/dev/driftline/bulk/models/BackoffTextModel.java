package dev.driftline.bulk.models;

import dev.driftline.backoff.BackoffModel;
import dev.driftline.text.Tokenizer;
import java.util.List;
import java.util.function.Supplier;

/**
 * A frozen backoff model, as from an ARPA file. Each sentence begins after {@code <s>} and its {@code </s>} is a token, as KenLM's
 * {@code query} counts; an unknown word costs what the file gives {@code <unk>}.
 */
public final class BackoffTextModel implements ScoringModel {

    private static final double BITS = Math.log(10) / Math.log(2);

    private final BackoffModel model;
    private final Supplier<Tokenizer> tokenizers;
    private final String identity;

    /** @param identity what tells the file from another */
    public BackoffTextModel(BackoffModel model, Supplier<Tokenizer> tokenizers, String identity) {
        this.model = model;
        this.tokenizers = tokenizers;
        this.identity = identity;
    }

    @Override
    public TextScorer scorer() {
        return (source, sentences, eachToken) -> cost(sentences, eachToken);
    }

    private TextCost cost(List<List<String>> sentences, boolean eachToken) {
        int tokens =
                sentences.stream().mapToInt(sentence -> sentence.size() + 1).sum();
        float[] bits = new float[eachToken ? tokens : 0];
        boolean[] isUnknown = new boolean[eachToken ? tokens : 0];
        double sum = 0;
        int unknown = 0;
        int at = 0;
        for (List<String> sentence : sentences) {
            int state = model.start();
            for (int i = 0; i <= sentence.size(); i++) {
                int word = i < sentence.size() ? model.index(sentence.get(i)) : BackoffModel.EOS;
                double cost = -model.log10(state, word) * BITS;
                boolean isNew = word == BackoffModel.UNKNOWN;
                sum += cost;
                unknown += isNew ? 1 : 0;
                if (eachToken) {
                    bits[at] = (float) cost;
                    isUnknown[at] = isNew;
                }
                at++;
                state = model.advance(state, word);
            }
        }
        return new TextCost(tokens, unknown, sum, bits, isUnknown);
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizers.get();
    }

    @Override
    public String identity() {
        return identity;
    }

    @Override
    public void close() {}
}
