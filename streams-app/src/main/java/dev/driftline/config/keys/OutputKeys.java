package dev.driftline.config.keys;

import java.nio.file.Path;
import java.util.Optional;

/** What is published for a document and for a source. */
public final class OutputKeys {

    static final KeyGroup GROUP = new KeyGroup("Output");

    public static final ConfigKey<Integer> PREDICTIONS_K = GROUP.whole(
            "predictions.k",
            "10",
            0,
            1000,
            "Number of continuations to publish for each document's last sentence, most probable first. 0: "
                    + "publish no predictions.");

    public static final ConfigKey<Boolean> SCORES_SURPRISALS = GROUP.flag(
            "scores.surprisals",
            "false",
            "Whether a score includes the surprisal, in bits, of every token. Adds several bytes per token to the "
                    + "scores topic.");

    public static final ConfigKey<Boolean> SCORES_EXPERT_SURPRISALS = GROUP.flag(
            "scores.expert.surprisals",
            "false",
            "Whether a score also includes the surprisal of every token under each expert, as the dashboard shows "
                    + "them. Adds four bytes per token and expert to the scores topic; implies scores.surprisals.");

    public static final ConfigKey<Optional<Path>> FILTER_RULES = GROUP.key(
            "filter.rules",
            "none",
            "none, default or a file",
            "File of rules that route scored documents to topics or drop them; `driftline filter check FILE` "
                    + "explains a file. default keeps what is as usual in its source and drops what is broken: 4 "
                    + "bits a token beyond the median of the source's documents. It must be the same on every instance. It can be changed at a restart, after "
                    + "`driftline topics create` has created any new topics.",
            value -> value.equals("none") ? Optional.empty() : Optional.of(ValueReaders.path(value)));

    public static final ConfigKey<Integer> METRICS_SOURCES = GROUP.whole(
            "metrics.sources",
            "20",
            0,
            1000,
            "Number of sources with their own series at /metrics: those with the most tokens recently. All others "
                    + "are combined as source=\"other\", so that a scrape does not grow with the number of sources.");

    private OutputKeys() {}
}
