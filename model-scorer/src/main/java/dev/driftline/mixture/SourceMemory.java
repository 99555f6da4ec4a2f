package dev.driftline.mixture;

import dev.driftline.prefix.WordPrefix;
import java.util.BitSet;
import java.util.List;

/**
 * What a source remembers, as the mixture asks for it: caches of its newest tokens, and the weights it has learned.
 *
 * <p>An interface, so that the mathematics depends on no cache and no store; {@code dev.driftline.source.SourceModel} is the
 * one implementation, and every call is one of a single class to the compiler. Words have small numbers, see
 * {@link #number}. Between {@link #begin} and {@link #end} the caches follow one document. Not thread-safe.
 */
public interface SourceMemory {

    /** The event of a word that the n-gram model does not know. */
    int UNKNOWN = 0;

    /** {@code </s>}. */
    int END_OF_SENTENCE = 1;

    /** {@code <s>}. */
    int BEGIN_OF_SENTENCE = 2;

    /** A word that the caches do not hold. */
    int NOT_HELD = -1;

    /** The settings that this source was made with. */
    MixtureSettings settings();

    /** What it has learned of the experts. */
    SourceWeights weights();

    /**
     * Begins a document.
     *
     * @param tokens how many times {@link #push} will be called
     * @param learns false where {@link #end} is to take everything back
     */
    void begin(int tokens, boolean learns);

    /** Ends the document: keeps what was learned and passes it on to the other sources, or takes all of it back. */
    void end();

    /** The number of a word that the document is about to push; a new one where it has none. */
    int number(String word);

    /**
     * Says which tokens are pushed next, so that what they need from memory is read for all of them at once. Changes nothing.
     *
     * @param tokens of the document
     * @param ids the {@link #number} of each of its words
     * @param from the token that is pushed next
     * @param to behind the last
     */
    void readAhead(int[] tokens, int[] ids, int from, int to);

    /** The number of a word, or {@link #NOT_HELD}. */
    int find(String word);

    /** The number of tokens pushed so far, those that have left the caches and those of the document at hand included. */
    long tokens();

    /** True while nothing has been pushed: then the caches have no distribution to ask for. */
    boolean isEmpty();

    /**
     * Looks up an event after the newest token; {@link #unigram()} and {@link #bigram()} then have the answer.
     *
     * @param event a word's number, {@link #NOT_HELD} or {@link #UNKNOWN}
     */
    void look(int event);

    /**
     * Looks at all words that the caches hold but some; {@link #unigram()} and {@link #bigram()} then have the highest that
     * either cache can say of one of them, or more.
     *
     * @param but numbers of words, those of {@code <unk>} and {@code </s>} among them where they are not to be looked at
     * @param prefix what the others begin with
     * @param limit the most words to list
     * @return those that the caches find the most probable
     */
    List<String> lookAtOthers(BitSet but, WordPrefix prefix, int limit);

    /** The unigram cache's probability of what {@link #look} asked for. */
    double unigram();

    /** The bigram cache's probability of what {@link #look} asked for. */
    double bigram();

    /** By what factor {@link #unigram()} enters {@link #bigram()}. */
    double unigramInBigram();

    /** Tokens that followed the newest word, within the bigram cache. */
    int followers();

    /** Distinct events that followed the newest word, within the bigram cache. */
    int followerTypes();

    /**
     * Adds a token to the caches.
     *
     * @param unknown whether the n-gram model did not know it
     */
    void push(int word, boolean unknown);

    /**
     * Words that followed {@code word} in the bigram cache and begin with {@code prefix}, the newest first, at most {@code limit}
     * distinct ones.
     */
    List<String> followersOf(String word, WordPrefix prefix, int limit);

    /** The newest words that begin with {@code prefix}, the newest first, at most {@code limit} distinct ones. */
    List<String> newestWords(WordPrefix prefix, int limit);
}
