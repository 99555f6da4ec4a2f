package dev.driftline.subword;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.driftline.text.SubwordModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Reads a {@code tokenizer.json} by the library. Thread-safe. */
final class HuggingFaceReader {

    /** The library does what its file says, and no more: nothing is cut off, filled up, or put around a line. */
    private static final Map<String, String> OPTIONS =
            Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

    /**
     * @param json what {@code file} says
     * @throws IllegalArgumentException if the library refuses it, or does not run here; the message says what to do
     */
    SubwordModel read(byte[] file, JsonNode json) {
        Map<String, Long> vocabulary = vocabulary(json);
        stayOffline();
        try {
            return new HuggingFaceModel(
                    HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(file), OPTIONS), vocabulary);
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("the library refuses it: " + e.getMessage(), e);
        } catch (LinkageError e) {
            throw new IllegalArgumentException(
                    "the native part of the tokenizers library does not load on this machine (" + e.getMessage()
                            + "): it has one for Linux and macOS on 64 bits and for Windows on x86-64, and writes it to the folder"
                            + " of the environment variable DJL_CACHE_DIR, or ~/.djl.ai",
                    e);
        }
    }

    /** The library would fetch native code for a GPU that it finds, and report its use. Before its first class is loaded. */
    private static void stayOffline() {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("RUST_FLAVOR", "cpu");
    }

    /** The id of each token. */
    private static Map<String, Long> vocabulary(JsonNode json) {
        Map<String, Long> ids = new HashMap<>();
        JsonNode words = json.path("model").path("vocab");
        if (words.isArray()) {
            for (int id = 0; id < words.size(); id++) {
                ids.put(words.get(id).path(0).asText(), (long) id);
            }
        } else {
            words.properties()
                    .forEach(word -> ids.put(word.getKey(), word.getValue().asLong()));
        }
        json.path("added_tokens")
                .forEach(token ->
                        ids.put(token.path("content").asText(), token.path("id").asLong()));
        return ids;
    }
}
