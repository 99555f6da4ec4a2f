package dev.driftline.bulk;

import dev.driftline.bulk.RowCost.Cost;
import dev.driftline.bulk.models.TextCost;
import dev.driftline.bulk.models.TextScorer;
import dev.driftline.corpus.CorpusContent;
import dev.driftline.input.DocumentRules;
import dev.driftline.rows.Row;
import dev.driftline.text.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Scores rows, under the limits that the service has for its documents. One thread. */
final class RowScorer {

    private static final Pattern BLANK_LINE = Pattern.compile("\\R[ \\t]*\\R");
    private static final Pattern LINE_END = Pattern.compile("\\R");

    private final TextScorer scorer;
    private final Tokenizer tokenizer;
    private final DocumentRules rules;
    private final String language;
    private final Part part;

    RowScorer(TextScorer scorer, Tokenizer tokenizer, DocumentRules rules, String language, Part part) {
        this.scorer = scorer;
        this.tokenizer = tokenizer;
        this.rules = rules;
        this.language = language;
        this.part = part;
    }

    /** What {@code row} costs; a row that cannot be scored says why. */
    RowCost score(Row row) throws IOException {
        Optional<CorpusContent> content = row.content();
        if (content.isEmpty()) {
            return RowCost.problem(row.problem().orElse("there is no text"));
        }
        List<List<List<String>>> parts = parts(content.get());
        List<List<String>> sentences = parts.stream().flatMap(List::stream).toList();
        Optional<String> problem = rules.problem(row.id(), row.source(), sentences);
        if (problem.isPresent()) {
            return RowCost.problem(problem.get());
        }
        TextCost cost;
        try {
            cost = scorer.cost(row.source(), sentences, part != Part.NONE);
        } catch (IllegalArgumentException e) {
            return RowCost.problem(String.valueOf(e.getMessage()));
        }
        return RowCost.of(new Cost(cost.tokens(), cost.unknown(), cost.bits()), costs(parts, cost));
    }

    private List<Cost> costs(List<List<List<String>>> parts, TextCost cost) {
        if (part == Part.NONE) {
            return List.of();
        }
        List<Cost> costs = new ArrayList<>(parts.size());
        int at = 0;
        for (List<List<String>> sentences : parts) {
            int end = at
                    + sentences.stream()
                            .mapToInt(sentence -> sentence.size() + 1)
                            .sum();
            int from = at;
            int unknown = 0;
            double bits = 0;
            for (; at < end; at++) {
                bits += cost.tokenBits()[at];
                unknown += cost.tokenUnknown()[at] ? 1 : 0;
            }
            costs.add(new Cost(end - from, unknown, bits));
        }
        return costs;
    }

    /** The sentences of each part. */
    private List<List<List<String>>> parts(CorpusContent content) {
        List<List<List<String>>> parts = new ArrayList<>();
        if (content instanceof CorpusContent.Text text) {
            String spoken = text.language().isEmpty() ? language : text.language();
            if (part == Part.NONE) {
                parts.add(tokenizer.sentences(text.text(), spoken));
            } else {
                for (String piece : (part == Part.LINE ? LINE_END : BLANK_LINE).split(text.text())) {
                    add(tokenizer.sentences(piece, spoken), parts);
                }
            }
        } else if (part == Part.LINE) {
            content.sentences(tokenizer).forEach(sentence -> add(List.of(sentence), parts));
        } else {
            // As the service scores it: an empty sentence is one.
            parts.add(content.sentences(tokenizer));
        }
        return parts;
    }

    private static void add(List<List<String>> sentences, List<List<List<String>>> parts) {
        List<List<String>> filled =
                sentences.stream().filter(sentence -> !sentence.isEmpty()).toList();
        if (!filled.isEmpty()) {
            parts.add(filled);
        }
    }
}
