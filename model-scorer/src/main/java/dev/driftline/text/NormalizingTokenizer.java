package dev.driftline.text;

import java.util.List;

/** Changes a text before another tokenizer cuts it, so that what is one word to a reader is one token. */
final class NormalizingTokenizer implements Tokenizer {

    private final List<Step> steps;
    private final Tokenizer inner;

    /** @param steps in their order; one at least */
    NormalizingTokenizer(List<Step> steps, Tokenizer inner) {
        this.steps = List.copyOf(steps);
        this.inner = inner;
    }

    @Override
    public List<List<String>> sentences(String text, String language) {
        return inner.sentences(normalized(text), language);
    }

    /** The literals are those of the text as it was changed. */
    @Override
    public Cut withLiterals(String text, String language) {
        return inner.withLiterals(normalized(text), language);
    }

    /** NFKC makes 18 characters of one, lower case three. */
    @Override
    public boolean mayLengthen() {
        return true;
    }

    private String normalized(String text) {
        Characters.requireWellFormed(text);
        String made = text;
        for (Step step : steps) {
            made = step.apply(made);
        }
        // Lower case may take letters apart: a second pass over what is composed already costs little.
        Step first = steps.get(0);
        return steps.contains(Step.LOWER) && (first == Step.NFC || first == Step.NFKC) ? first.apply(made) : made;
    }
}
