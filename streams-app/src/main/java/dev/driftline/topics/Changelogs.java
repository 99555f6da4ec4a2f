package dev.driftline.topics;

import java.util.List;

/** The names of the topics in which Kafka Streams keeps the state of a service: {@code APPLICATION-STORE-changelog}. */
public final class Changelogs {

    /** Every store of the topology; a processor owns the name, and a test holds the two lists equal. */
    private static final List<String> STORES = List.of(
            "filter-quantiles", "ngram-counts", "pending-documents", "replay-buffer", "sources", "watched-sources");

    private Changelogs() {}

    /** That of a store of {@code application}. */
    public static String of(String application, String store) {
        return application + "-" + store + "-changelog";
    }

    /** Those of {@code application}, by name. Names are whole: another application may be called {@code APPLICATION-2}. */
    public static List<String> of(String application) {
        return STORES.stream().map(store -> of(application, store)).toList();
    }
}
