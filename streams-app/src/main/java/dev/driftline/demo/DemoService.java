package dev.driftline.demo;

import dev.driftline.config.DriftlineConfig;
import java.io.IOException;
import java.util.List;

/** The service as the demo sees it. */
interface DemoService {

    /** Starts services. */
    interface Starter {
        /**
         * Starts one; its topics and schemas are there.
         *
         * @throws IOException if it does not start
         * @throws InterruptedException if interrupted meanwhile; nothing is left running then
         */
        DemoService start(DriftlineConfig config) throws IOException, InterruptedException;
    }

    /**
     * Throws what has stopped the service, where something has.
     *
     * @throws IOException if something has
     */
    void check() throws IOException;

    /** What the network and its trainer are at, for a line of progress; empty where there is no network. */
    String network();

    /** Whether there is a network, or none is wanted. */
    boolean isNetworkReady();

    /** Where its dashboard is. */
    String dashboard();

    /** Text that the model makes up, as it stands. */
    List<String> samples(int most);

    /** Text that the network makes up; none where there is no network yet. */
    List<String> networkSamples(int most);

    /** What the model expects after each of {@code prompts}, or after likely beginnings where there are none. */
    List<NextWords> nextWords(List<String> prompts);

    /** Stops it and waits until it has. */
    void close();

    /**
     * The most probable words after a prompt.
     *
     * @param prompt what they follow
     * @param words the most probable first
     */
    record NextWords(String prompt, List<Word> words) {}

    /**
     * A word that may come.
     *
     * @param word the word
     * @param probability its probability
     */
    record Word(String word, double probability) {}
}
