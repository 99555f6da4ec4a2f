package dev.driftline.output;

import dev.driftline.filter.Decision;
import dev.driftline.filter.Measure;
import dev.driftline.input.DeadLetters;
import dev.driftline.schemas.Document;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;

/**
 * What a filter sends on: the document as it was, by its id, and headers of text that say why it is there. Numbers are
 * decimal text. Where it was read from is in {@link DeadLetters#TOPIC}, {@link DeadLetters#PARTITION} and
 * {@link DeadLetters#OFFSET}, as for a dead letter.
 */
public final class RoutedDocuments {

    /** Header: the name of the rule that matched, or {@code otherwise}. */
    public static final String RULE = "driftline.rule";

    /** Header: bits per token of the mixture. */
    public static final String BITS_PER_TOKEN = "driftline.bits.per.token";

    /** Header: share of the document's tokens that the model did not know, 0 to 1. */
    public static final String UNKNOWN_RATE = "driftline.unknown.rate";

    /**
     * Header: percentile of the document among the earlier ones of its source, 0 to 100; not there where they were too few,
     * or where no rule asks for it.
     */
    public static final String PERCENTILE = "driftline.percentile";

    /**
     * Header, only where there are some: rules that could not be decided, since the percentile or the model that they need
     * was missing; separated by commas, the first {@value #MOST_NAMED} of them. They count as not matching.
     */
    public static final String UNDECIDED = "driftline.rules.undecided";

    private static final int MOST_NAMED = 20;

    private RoutedDocuments() {}

    public static Record<String, Document> of(FilterRequest request, Decision decision, long timestamp) {
        Headers headers = new RecordHeaders();
        add(headers, RULE, decision.rule());
        add(headers, BITS_PER_TOKEN, number(Measure.BITS_PER_TOKEN.of(request.scored())));
        add(headers, UNKNOWN_RATE, number(new Measure(Measure.Kind.UNKNOWN_RATE, "").of(request.scored())));
        decision.percentile().ifPresent(percentile -> add(headers, PERCENTILE, number(percentile)));
        if (!decision.undecided().isEmpty()) {
            add(
                    headers,
                    UNDECIDED,
                    decision.undecided().stream().limit(MOST_NAMED).collect(Collectors.joining(",")));
        }
        add(headers, DeadLetters.TOPIC, request.origin().topic());
        add(headers, DeadLetters.PARTITION, Integer.toString(request.origin().partition()));
        add(headers, DeadLetters.OFFSET, Long.toString(request.origin().offset()));
        return new Record<>(request.document().id(), request.toDocument(), timestamp, headers);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.6f", value);
    }

    private static void add(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
