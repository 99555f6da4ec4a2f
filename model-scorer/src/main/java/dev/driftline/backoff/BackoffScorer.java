package dev.driftline.backoff;

import java.util.List;

/**
 * What a {@link BackoffModel} says of sentences: each begins after {@code <s>}, its end {@code </s>} counts as a token, and
 * a word that the model does not have is {@code <unk>}, as {@code query} of KenLM counts. Thread-safe.
 */
public final class BackoffScorer {

    /** Nothing yet. */
    public static final Score NOTHING = new Score(0, 0, 0, 0);

    private static final double LOG2_10 = Math.log(10) / Math.log(2);

    /**
     * What a model says of some sentences.
     *
     * @param tokens words and ends of sentences
     * @param unknown tokens among them that are {@code <unk>}
     * @param log10 log10 p of all tokens
     * @param log10Known log10 p of those that are not {@code <unk>}
     */
    public record Score(long tokens, long unknown, double log10, double log10Known) {

        /** Both. */
        public Score plus(Score other) {
            return new Score(
                    tokens + other.tokens, unknown + other.unknown, log10 + other.log10, log10Known + other.log10Known);
        }

        /** Bits a token, unknown words included; NaN without tokens. */
        public double bitsPerToken() {
            return -log10 * LOG2_10 / tokens;
        }

        /** The perplexity a token, unknown words included; NaN without tokens. */
        public double perplexity() {
            return Math.pow(10, -log10 / tokens);
        }

        /** The perplexity a token without the unknown words; NaN where there are no others. */
        public double perplexityOfKnown() {
            return Math.pow(10, -log10Known / (tokens - unknown));
        }
    }

    private final BackoffModel model;

    /** Scores by {@code model}. */
    public BackoffScorer(BackoffModel model) {
        this.model = model;
    }

    /** Scores a sentence of words, without {@code <s>} and {@code </s>}. */
    public Score sentence(List<String> words) {
        int state = model.start();
        double all = 0;
        double known = 0;
        int unknown = 0;
        for (String text : words) {
            int word = model.index(text);
            double log10 = model.log10(state, word);
            all += log10;
            if (word == BackoffModel.UNKNOWN) {
                unknown++;
            } else {
                known += log10;
            }
            state = model.advance(state, word);
        }
        double end = model.log10(state, BackoffModel.EOS);
        return new Score(words.size() + 1L, unknown, all + end, known + end);
    }

    /** Scores the sentences of a document. */
    public Score document(List<? extends List<String>> sentences) {
        Score sum = NOTHING;
        for (List<String> sentence : sentences) {
            sum = sum.plus(sentence(sentence));
        }
        return sum;
    }
}
