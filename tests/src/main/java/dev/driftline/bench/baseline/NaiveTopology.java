package dev.driftline.bench.baseline;

import dev.driftline.schemas.Document;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.scoring.DocumentTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.state.Stores;

/**
 * The baseline: n-gram counts as anyone would write them first. Each document becomes its n-grams as strings, which are
 * grouped and counted. It only counts: no score, no prediction, and nothing that smoothing needs.
 */
final class NaiveTopology implements Supplier<Topology> {

    /** The store of the counts, with a changelog. */
    static final String COUNTS_STORE = "ngram-counts";

    private final String documents;
    private final int order;
    private final boolean onHeap;
    private final SchemaRegistrySerdes serdes;

    /**
     * @param documents topic of the documents
     * @param order n-grams of 1 to this many words are counted
     * @param onHeap whether the counts are in Kafka's in-memory store; otherwise in RocksDB
     */
    NaiveTopology(String documents, int order, boolean onHeap, SchemaRegistrySerdes serdes) {
        this.documents = documents;
        this.order = order;
        this.onHeap = onHeap;
        this.serdes = serdes;
    }

    @Override
    public Topology get() {
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(documents, Consumed.with(Serdes.String(), serdes.serde(Document.class)))
                .flatMap((id, document) -> ngrams(document))
                .groupByKey(Grouped.with(Serdes.String(), Serdes.String()))
                .count(Materialized.<String, Long>as(
                                onHeap
                                        ? Stores.inMemoryKeyValueStore(COUNTS_STORE)
                                        : Stores.persistentKeyValueStore(COUNTS_STORE))
                        .withKeySerde(Serdes.String())
                        .withValueSerde(Serdes.Long()));
        return builder.build();
    }

    /** Every n-gram that ends in a token: the very counts that Driftline keeps. */
    private List<KeyValue<String, String>> ngrams(Document document) {
        List<KeyValue<String, String>> ngrams = new ArrayList<>();
        for (List<String> sentence : document.getSentences()) {
            List<String> tokens = new ArrayList<>();
            tokens.add(DocumentTokens.BOS_WORD);
            tokens.addAll(sentence);
            tokens.add(DocumentTokens.EOS_WORD);
            for (int end = 1; end < tokens.size(); end++) {
                for (int start = Math.max(0, end - order + 1); start <= end; start++) {
                    ngrams.add(KeyValue.pair(String.join(" ", tokens.subList(start, end + 1)), ""));
                }
            }
        }
        return ngrams;
    }
}
