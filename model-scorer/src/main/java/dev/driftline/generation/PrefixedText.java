package dev.driftline.generation;

import dev.driftline.ngram.NextWordDistribution.Words;
import dev.driftline.prefix.WordPrefix;
import dev.driftline.scoring.DocumentTokens;
import java.util.stream.IntStream;

/**
 * A model one word of which begins with a prefix: its probabilities there are those of the words that do, divided by their sum. Not
 * thread-safe.
 */
final class PrefixedText implements TextModel {

    private record Place(int words, State inner) implements State {}

    private final TextModel inner;
    private final int place;
    private final WordPrefix prefix;

    /** @param place how many words come before the one that begins with the prefix */
    PrefixedText(TextModel inner, int place, WordPrefix prefix) {
        this.inner = inner;
        this.place = place;
        this.prefix = prefix;
    }

    @Override
    public State start() {
        return new Place(0, inner.start());
    }

    @Override
    public State advance(State state, String word) {
        Place before = (Place) state;
        return new Place(before.words + 1, inner.advance(before.inner, word));
    }

    /** @throws NoSuchWordException if the model knows no word that begins with the prefix */
    @Override
    public Words next(State state) {
        Place here = (Place) state;
        Words next = inner.next(here.inner);
        if (here.words != place || next.words().length == 0) {
            return next;
        }
        double[] p = next.probabilities();
        int[] kept = IntStream.range(0, p.length)
                .filter(i -> p[i] > 0 && matches(prefix, next.words()[i]))
                .toArray();
        if (kept.length == 0) {
            throw new NoSuchWordException(prefix);
        }
        double sum = IntStream.of(kept).mapToDouble(i -> p[i]).sum();
        return new Words(
                IntStream.of(kept).mapToObj(i -> next.words()[i]).toArray(String[]::new),
                IntStream.of(kept).mapToDouble(i -> p[i] / sum).toArray());
    }

    /** Whether a word begins with a prefix; the end of a sentence, which nobody types, begins with none. */
    static boolean matches(WordPrefix prefix, String word) {
        return prefix.isEmpty() || prefix.matches(word) && !word.equals(DocumentTokens.EOS_WORD);
    }
}
