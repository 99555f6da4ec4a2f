package dev.driftline.config;

import java.nio.file.Path;
import java.util.Optional;

/** What is published of a document, and what of a source. */
public final class OutputKeys {

    static final KeyGroup GROUP = new KeyGroup("Output");

    public static final ConfigKey<Integer> PREDICTIONS_K = GROUP.whole(
            "predictions.k",
            "10",
            0,
            1000,
            "Continuations published for each document's last sentence, most probable first; 0 publishes no predictions.");

    public static final ConfigKey<Boolean> SCORES_SURPRISALS = GROUP.flag(
            "scores.surprisals",
            "false",
            "Whether a score carries the surprisal, in bits, of every token. Several bytes a token in the scores topic.");

    public static final ConfigKey<Boolean> SCORES_EXPERT_SURPRISALS = GROUP.flag(
            "scores.expert.surprisals",
            "false",
            "Whether a score carries the surprisal of every token under each expert, too: what the dashboard shows of a word. "
                    + "Four bytes a token and expert in the scores topic; includes scores.surprisals.");

    public static final ConfigKey<Optional<Path>> FILTER_RULES = GROUP.key(
            "filter.rules",
            "none",
            "none or a file",
            "File of rules that send scored documents on to topics, or drop them: `driftline filter check FILE` says what one"
                    + " does. The same on every instance; it can be changed at a restart, after `driftline topics create` has"
                    + " made new topics.",
            value -> value.equals("none") ? Optional.empty() : Optional.of(ValueReaders.path(value)));

    public static final ConfigKey<Integer> METRICS_SOURCES = GROUP.whole(
            "metrics.sources",
            "20",
            0,
            1000,
            "Sources that have series of their own at /metrics: those with the most tokens of late. All others are counted "
                    + "together as source=\"other\", so that a scrape does not grow with the number of sources.");

    private OutputKeys() {}
}
