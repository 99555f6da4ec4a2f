package dev.driftline.library;

import dev.driftline.generation.Sampling;
import dev.driftline.generation.TextGenerator;
import dev.driftline.ngram.NextWordDistribution;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.pages.PageFile;
import dev.driftline.scoring.Candidates;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.NextWords;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.text.Detokenizer;
import dev.driftline.text.Tokenizer;
import dev.driftline.text.Tokenizers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An n-gram model that learns one text after the other and can be asked at any time: on the heap of one process, without Kafka.
 * Scores, next words and generated text are those of the counts as they stand; nothing is trained in batches.
 *
 * <p><b>Threads:</b> not thread-safe. One thread uses it at a time.
 *
 * <p><b>Memory:</b> the encoded pages of all counts, and at most a quarter of the JVM's heap each for what is decoded of counts and
 * of words. {@link ModelSettings#forgetting} bounds the counts.
 *
 * <p><b>Text</b> is cut into sentences and tokens by one of {@link Tokenizers}, which is saved with the model. A text with an
 * unpaired surrogate is refused with an IllegalArgumentException, and nothing is learned.
 */
public final class OnlineNgramModel {

    private static final double LOG2 = Math.log(2);

    /** Words that are looked at beyond those wanted. */
    private static final int SPARE = 16;

    /** More than any vocabulary has. */
    private static final int MOST_PROPOSALS = Integer.MAX_VALUE / 8;

    /** By how much each round of a search asks for more. */
    private static final int GROWTH = 4;

    /** Every word of any vocabulary is listed before. */
    private static final int MOST_ROUNDS = 16;

    /** Relative: α and γ come as 32-bit floats. */
    private static final double ROUNDING = 1e-6;

    private final ModelDescription description;
    private final HeapPageStore pages;
    private final LocalModel counts;
    private final Tokenizer tokenizer;

    /** What may come next, for drawing; null where something was learned since. */
    private @Nullable NextWordDistribution drawn;

    /**
     * A model that has learned nothing.
     *
     * @param settings order, smoothing, vocabulary, and what is forgotten; their owner has no meaning here
     * @param tokenizer the name of one of {@link Tokenizers}
     * @throws IllegalArgumentException if there is no such tokenizer, or the settings have a background, which is not saved
     *     with the counts: see {@link LocalModel}
     */
    public OnlineNgramModel(ModelSettings settings, String tokenizer) {
        this(new ModelDescription(withoutBackground(settings).ownedBy(""), tokenizer), new HeapPageStore());
    }

    private static ModelSettings withoutBackground(ModelSettings settings) {
        if (settings.background().isPresent()) {
            throw new IllegalArgumentException(
                    "an online n-gram model has no background: use a LocalModel, and mix them in an Evaluation");
        }
        return settings;
    }

    private OnlineNgramModel(ModelDescription description, HeapPageStore pages) {
        this.description = description;
        this.pages = pages;
        tokenizer = Tokenizers.named(description.tokenizer());
        counts = new LocalModel(
                description.settings(), 1, shard -> pages, Runtime.getRuntime().maxMemory() / 4);
    }

    /**
     * Interpolated modified Kneser–Ney over words and a growing vocabulary.
     *
     * @param order N, 1 to 7: a word is predicted from up to N − 1 words before it
     */
    public static OnlineNgramModel ofOrder(int order) {
        return new OnlineNgramModel(ModelSettings.ofOrder(order), Tokenizers.DEFAULT);
    }

    /** What the text costs by the counts as they stand. Learns nothing. */
    public TextScore score(String text) {
        return score(tokenizer.sentences(text));
    }

    /**
     * The same of a text that is cut already.
     *
     * @param sentences without {@code <s>} and {@code </s>}
     * @throws IllegalArgumentException if a token is one of these
     */
    public TextScore score(List<? extends List<String>> sentences) {
        return score(coded(sentences), false);
    }

    /** What the text costs by the counts before it; then learns it. */
    public TextScore learn(String text) {
        return learn(tokenizer.sentences(text));
    }

    /**
     * The same of a text that is cut already.
     *
     * @param sentences without {@code <s>} and {@code </s>}
     * @throws IllegalArgumentException if a token is one of these
     */
    public TextScore learn(List<? extends List<String>> sentences) {
        DocumentTokens document = coded(sentences);
        drawn = null;
        return score(document, true);
    }

    /**
     * Takes a text out that was learned, as if it never had been.
     *
     * @return false where not all of it had been learned; then nothing has changed
     */
    public boolean unlearn(String text) {
        drawn = null;
        return counts.retract(coded(tokenizer.sentences(text))).everywhere();
    }

    /**
     * The most probable next words, the best first: of those that the model knows, and {@code </s>}. Their probabilities are what
     * a score gives them, and no other word has a higher one; of words that are equally probable any may be the last ones listed.
     *
     * @param text its last sentence is open; empty for the beginning of a sentence
     * @param count how many words to list, 1 or more; fewer are listed where the model knows fewer that may come next: words of
     *     probability 0, which maximum likelihood and backoff smoothing have, are not listed
     * @throws IllegalArgumentException if {@code count} is below 1
     */
    public List<NextWord> nextWords(String text, int count) {
        if (count < 1) {
            throw new IllegalArgumentException(count + " next words: expected at least 1");
        }
        List<List<String>> sentences = tokenizer.openSentences(text, "");
        DocumentTokens open = coded(sentences.subList(sentences.size() - 1, sentences.size()));
        Set<String> asked = new LinkedHashSet<>();
        int proposals = (int) Math.min(MOST_PROPOSALS, (long) count + SPARE);
        for (int round = 1; ; round++) {
            Candidates candidates =
                    counts.prove(open, proposals, List.copyOf(asked)).candidates();
            List<NextWord> best = best(candidates, count);
            if (round == MOST_ROUNDS || isProved(candidates, best, count)) {
                return best;
            }
            asked.addAll(candidates.words());
            asked.addAll(candidates.unresolved());
            if (round > 1 && description.settings().vocabulary() instanceof Vocabulary.Fixed fixed) {
                asked.addAll(fixed.words());
            }
            proposals = (int) Math.min(MOST_PROPOSALS, (long) proposals * GROWTH);
        }
    }

    private List<NextWord> best(Candidates candidates, int count) {
        NgramProbabilities rows = candidates.probabilities();
        List<NextWord> words = new ArrayList<>();
        for (int row = 0; row < candidates.words().size(); row++) {
            double probability = rows.probability(row, counts.settings().order());
            if (probability > 0
                    && !rows.unknown()[row]
                    && !candidates.words().get(row).equals(DocumentTokens.UNKNOWN_WORD)) {
                words.add(new NextWord(candidates.words().get(row), probability));
            }
        }
        words.sort(Comparator.comparingDouble(NextWord::probability).reversed().thenComparing(NextWord::word));
        return List.copyOf(words.subList(0, Math.min(count, words.size())));
    }

    private boolean isProved(Candidates candidates, List<NextWord> best, int count) {
        if (candidates.words().isEmpty()) {
            return true;
        }
        for (boolean exact : candidates.exact()) {
            if (!exact) {
                return false;
            }
        }
        double last = best.size() < count ? 0 : best.get(best.size() - 1).probability();
        return candidates.ceilings()[counts.settings().order() - 1] <= last * (1 + ROUNDING);
    }

    /**
     * Goes on with a text, word by word drawn from the model, up to the end of the sentence. The first call after something was
     * learned costs a pass over the vocabulary.
     *
     * @param prompt its last sentence is open; may be empty
     * @param words how many to draw at most
     * @param sampling how they are drawn
     * @param seed the same seed draws the same text from the same counts
     * @return what comes after the prompt, with the white space between them
     * @throws IllegalStateException if nothing has been learned yet
     */
    public String generate(String prompt, int words, Sampling sampling, long seed) {
        List<List<String>> sentences = tokenizer.openSentences(prompt, "");
        if (drawn == null) {
            drawn = new NextWords(counts);
        }
        List<String> open = sentences.get(sentences.size() - 1);
        Detokenizer together = Tokenizers.joining(description.tokenizer());
        together.follow(sentences, prompt);
        StringBuilder text = new StringBuilder();
        new TextGenerator(drawn, sampling, seed)
                .sentence(open, words)
                .forEach(word -> text.append(together.next(word)));
        return text.toString();
    }

    /** The same, drawn from the model's own distribution. */
    public String generate(String prompt, int words, long seed) {
        return generate(prompt, words, Sampling.PLAIN, seed);
    }

    /** The counts behind it, for what this class does not have. Whoever learns with them draws from stale words here. */
    public LocalModel counts() {
        return counts;
    }

    /**
     * Saves the model to one file, with its settings and its tokenizer; one that is there is replaced when the new one is whole.
     *
     * @param file in a folder that exists
     * @throws IOException if it cannot be written; what was there before is still there
     */
    public void save(Path file) throws IOException {
        counts.writeBack();
        new PageFile(description.encode(), List.of(pages)).write(file);
    }

    /**
     * Loads what {@link #save} saved: the model goes on to the same bit.
     *
     * @throws IOException if the file cannot be read, is of another version, or is not whole and correct; the message names it
     */
    public static OnlineNgramModel load(Path file) throws IOException {
        PageFile saved = PageFile.read(file);
        if (saved.stores().size() != 1 || !(saved.stores().get(0) instanceof HeapPageStore pages)) {
            throw new IOException(
                    file + " is not an n-gram model: it holds " + saved.stores().size() + " stores, not 1");
        }
        try {
            return new OnlineNgramModel(ModelDescription.decode(saved.description()), pages);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is not an n-gram model that this program reads: " + e.getMessage(), e);
        }
    }

    private TextScore score(DocumentTokens document, boolean learn) {
        NgramProbabilities rows = counts.score(document, learn);
        int unknown = 0;
        double nats = 0;
        double spelling = 0;
        for (int row = 0; row < rows.rows(); row++) {
            nats -= Math.log(rows.probability(row, rows.order()));
            spelling += rows.spellingBits()[row];
            unknown += rows.unknown()[row] ? 1 : 0;
        }
        return new TextScore(rows.rows(), unknown, nats / LOG2, spelling);
    }

    private static DocumentTokens coded(List<? extends List<String>> sentences) {
        for (List<String> sentence : sentences) {
            for (String token : sentence) {
                if (DocumentTokens.isMark(token)) {
                    throw new IllegalArgumentException("a token may not be " + token + ": the model adds it itself");
                }
            }
        }
        return DocumentTokens.of(sentences);
    }
}
