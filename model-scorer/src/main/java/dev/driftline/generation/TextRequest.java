package dev.driftline.generation;

import dev.driftline.prefix.WordPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What text is wanted; the same for every model.
 *
 * @param prompt words before, sentences ended by {@code </s>}, an attribute first where one is wanted; may be empty
 * @param sentences how many continuations, 1 or more
 * @param words longest continuation in words, 1 or more
 * @param sampling how words are drawn; of no effect with a beam
 * @param constraints what the words have to keep to
 * @param beam beginnings that beam search keeps, at least {@code sentences}; 0 draws words instead
 * @param lengthNormalisation α of {@link BeamSearch}; of no effect without a beam
 * @param prefix what the first word of each continuation begins with
 * @param seed the same seed draws the same text from the same model; of no effect unless {@link #isDrawn()}
 */
public record TextRequest(
        List<String> prompt,
        int sentences,
        int words,
        Sampling sampling,
        Constraints constraints,
        int beam,
        double lengthNormalisation,
        WordPrefix prefix,
        long seed) {

    /** α where none is given. */
    public static final double LENGTH_NORMALISATION = 0.7;

    /**
     * A continuation of the prompt.
     *
     * @param words without the prompt and without {@code </s>}
     * @param bits −log2 p, where beam search found it; empty where it was drawn
     */
    public record Continuation(List<String> words, OptionalDouble bits) {}

    /** @throws IllegalArgumentException if a value is out of its range */
    public TextRequest {
        prompt = List.copyOf(prompt);
        if (sentences < 1 || words < 1) {
            throw new IllegalArgumentException(
                    "cannot write " + sentences + " sentences of " + words + " words: both must be at least 1");
        }
        if (beam != 0 && beam < sentences) {
            throw new IllegalArgumentException("a beam of " + beam + " cannot give " + sentences + " sentences");
        }
    }

    /** Continuations whose first word begins with anything. */
    public TextRequest(
            List<String> prompt,
            int sentences,
            int words,
            Sampling sampling,
            Constraints constraints,
            int beam,
            double lengthNormalisation,
            long seed) {
        this(prompt, sentences, words, sampling, constraints, beam, lengthNormalisation, WordPrefix.NONE, seed);
    }

    /** The model of the text that is wanted: the first word after the prompt begins with the prefix. */
    public TextModel beginning(TextModel model) {
        return prefix.isEmpty() ? model : new PrefixedText(model, prompt.size(), prefix);
    }

    /** Whether words are drawn by chance, so that the text depends on the seed. */
    public boolean isDrawn() {
        return beam == 0 && sampling.temperature() > 0 && sampling.topK() != 1;
    }

    /**
     * The continuations that {@code model} gives: fewer than asked for only where the constraints leave no more.
     *
     * @throws NoSuchWordException if the model knows no word that begins with the prefix
     */
    public List<Continuation> write(TextModel model) {
        List<Continuation> written = new ArrayList<>();
        if (beam > 0) {
            new BeamSearch(beginning(model), constraints, beam, lengthNormalisation)
                    .search(prompt, words).stream()
                            .limit(sentences)
                            .forEach(found ->
                                    written.add(new Continuation(found.words(), OptionalDouble.of(found.bits()))));
            return written;
        }
        TextGenerator generator = new TextGenerator(beginning(model), sampling, constraints, seed);
        for (int i = 0; i < sentences; i++) {
            written.add(new Continuation(generator.sentence(prompt, words), OptionalDouble.empty()));
        }
        return written;
    }
}
