package dev.driftline.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a demo is asked to do.
 *
 * @param text what it streams
 * @param model the model that learns it
 * @param results what it leaves and shows
 */
public record DemoOptions(Text text, Model model, Results results) {

    /**
     * What a demo streams.
     *
     * @param input a corpus file; without one, the Brown corpus
     * @param wholeFile whether a {@code .txt} input is one document instead of one a line
     * @param cache where the Brown corpus is kept once fetched
     * @param limit the most documents streamed
     * @param pace tokens streamed a second, so that the network can follow; 0 for as many as go
     * @param tokenizer how raw text becomes tokens
     */
    public record Text(Optional<Path> input, boolean wholeFile, Path cache, long limit, long pace, String tokenizer) {}

    /**
     * The model that learns it.
     *
     * @param order the model's order, 1 to 7
     * @param shards the number of shards
     * @param network whether there is a network
     * @param settings any other settings of the service
     */
    public record Model(int order, int shards, boolean network, Map<String, String> settings) {}

    /**
     * What a demo leaves and shows.
     *
     * @param output the folder of the results, to be made
     * @param prompts what next words are shown for; empty: beginnings that the model itself finds likely
     * @param keepState whether the model's state stays in the output folder
     * @param stay whether it stays up at its end, with the dashboard, until it is stopped
     */
    public record Results(Path output, List<String> prompts, boolean keepState, boolean stay) {}
}
