package dev.driftline.subword;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.driftline.text.SubwordModel;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A model of the library. Thread-safe: the native part only reads. */
final class HuggingFaceModel implements SubwordModel {

    private static final Cleaner CLEANER = Cleaner.create();

    private final HuggingFaceTokenizer tokenizer;
    private final Map<String, Long> ids;

    HuggingFaceModel(HuggingFaceTokenizer tokenizer, Map<String, Long> ids) {
        this.tokenizer = tokenizer;
        this.ids = ids;
        // Nobody knows when the last tokenizer of a model is gone, and the library never frees one by itself.
        CLEANER.register(this, tokenizer::close);
    }

    @Override
    public List<String> tokens(String line) {
        try {
            return List.of(tokenizer.encode(line, false, false).getTokens());
        } finally {
            // Not cleaned while native code runs.
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public String text(List<String> tokens) {
        StringBuilder text = new StringBuilder();
        int start = 0;
        for (int i = 0; i <= tokens.size(); i++) {
            boolean known = i < tokens.size() && ids.containsKey(tokens.get(i));
            if (known) {
                continue;
            }
            if (i > start) {
                text.append(joined(tokens.subList(start, i), start == 0));
            }
            if (i < tokens.size()) {
                text.append(tokens.get(i));
            }
            start = i + 1;
        }
        return text.toString();
    }

    /** What stands first has no space before it; what does not is joined behind another token, whose text is taken off. */
    private String joined(List<String> tokens, boolean first) {
        if (first) {
            return decoded(tokens);
        }
        List<String> anchor = tokens.subList(tokens.size() - 1, tokens.size());
        List<String> behind = new ArrayList<>(anchor);
        behind.addAll(tokens);
        String before = decoded(anchor);
        String both = decoded(behind);
        return both.startsWith(before) ? both.substring(before.length()) : decoded(tokens);
    }

    private String decoded(List<String> tokens) {
        try {
            return tokenizer.decode(
                    tokens.stream()
                            .mapToLong(token -> ids.getOrDefault(token, 0L))
                            .toArray(),
                    false);
        } finally {
            Reference.reachabilityFence(this);
        }
    }
}
