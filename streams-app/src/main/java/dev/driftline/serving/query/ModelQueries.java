package dev.driftline.serving.query;

import dev.driftline.neural.Pooling;
import dev.driftline.serving.query.instances.ShardUnavailableException;
import java.util.List;

/**
 * What can be asked of a model, wherever it is: running in this process, in a state directory, or at a running instance. The
 * same query gets the same answer from every route and command, and an answer names the model that it comes from. Asking
 * never teaches.
 *
 * <p>Every method throws {@link IllegalArgumentException} if the query itself is wrong, {@link ShardUnavailableException} if no
 * instance has a part of the model just now, {@link SnapshotUnavailableException} if the network is needed and there is none.
 */
public interface ModelQueries {

    /**
     * How often an n-gram has been learned.
     *
     * @param ngram 1 to N words, {@code <s>} and {@code </s>} among them where they belong
     */
    long count(List<String> ngram);

    /** The most probable next words. */
    NextWordsAnswer next(NextWordsQuery query);

    /**
     * Writes text.
     *
     * @throws NothingLearnedException if the model has not learned a word yet
     */
    TextAnswer generate(TextQuery query);

    /** Turns a document into a vector with the network. */
    EncodedDocument encode(List<List<String>> sentences, Pooling pooling);
}
