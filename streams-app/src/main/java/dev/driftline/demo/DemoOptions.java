package dev.driftline.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a demo is asked to do.
 *
 * @param input a corpus file; without one, the Brown corpus
 * @param wholeFile whether a {@code .txt} input is one document instead of one a line
 * @param cache where the Brown corpus is kept once fetched
 * @param output the folder of the results, to be made
 * @param order the model's order, 1 to 7
 * @param shards the number of shards
 * @param limit the most documents streamed
 * @param pace tokens streamed a second, so that the network can follow; 0 for as many as go
 * @param network whether there is a network
 * @param tokenizer how raw text becomes tokens
 * @param prompts what next words are shown for; empty: beginnings that the model itself finds likely
 * @param keepState whether the model's state stays in the output folder
 * @param stay whether it stays up at its end, with the dashboard, until it is stopped
 * @param settings any other settings of the service
 */
public record DemoOptions(
        Optional<Path> input,
        boolean wholeFile,
        Path cache,
        Path output,
        int order,
        int shards,
        long limit,
        long pace,
        boolean network,
        String tokenizer,
        List<String> prompts,
        boolean keepState,
        boolean stay,
        Map<String, String> settings) {}
