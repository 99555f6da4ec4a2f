package dev.driftline.bench.typing;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was measured of completions. */
public final class TypingResults {

    /** What another thread learns meanwhile, where one does. */
    static final double TOKENS_PER_SECOND = 20_000;

    /**
     * Ten completions of beginnings of one length.
     *
     * @param words that the model knows
     * @param letters of the prefix; 0 for next words
     * @param learning whether another thread had the model learn meanwhile
     * @param queries that were measured
     * @param p50CpuMillis of the thread that asks and looks up, which other work on the machine changes less
     * @param rounds to the shards for each, the one for the source not among them
     */
    public record Completions(
            int shards,
            int order,
            long words,
            int letters,
            boolean learning,
            int queries,
            double p50Millis,
            double p99Millis,
            double p50CpuMillis,
            double rounds) {

        String line() {
            return String.format(
                    Locale.ROOT,
                    "| %d | %d | %,d | %d | %s | %.2f | %.2f | %.2f | %.2f |%n",
                    shards,
                    order,
                    words,
                    letters,
                    learning ? String.format(Locale.ROOT, "learning %,.0f tokens/s", TOKENS_PER_SECOND) : "idle",
                    p50Millis,
                    p99Millis,
                    p50CpuMillis,
                    rounds);
        }
    }

    /**
     * The first query, which makes the index.
     *
     * @param millis that it took
     */
    public record First(int shards, double millis) {}

    public List<First> first = new ArrayList<>();

    public List<Completions> completions = new ArrayList<>();

    /** The table of the benchmarks' page. */
    public String table() {
        StringBuilder table = new StringBuilder("## Completions of a word that is being typed\n\n");
        first.forEach(run -> table.append(String.format(
                Locale.ROOT, "First query, which makes the index, %d shards: %.0f ms%n%n", run.shards, run.millis)));
        table.append("| shards | order | words | letters | | p50, ms | p99, ms | p50 of CPU, ms | rounds |\n");
        table.append("|--:|--:|--:|--:|---|--:|--:|--:|--:|\n");
        completions.forEach(run -> table.append(run.line()));
        return table.toString();
    }
}
