package dev.driftline.bench.forget;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What was measured of a model that forgets. */
public final class ForgetResults {

    /**
     * Tokens a second with a bound and without, of the same text, one after the other in one JVM; medians.
     *
     * @param unbounded without a bound
     * @param notReached with a bound that the text does not reach
     * @param reached with a bound of {@code reachedBytes}
     * @param stateBytes what the text takes without a bound, as it is stored
     */
    public record Speed(
            int order,
            long tokens,
            int runs,
            double unbounded,
            double notReached,
            double reached,
            long stateBytes,
            long reachedBytes) {}

    /** How fast documents are taken out. */
    public record Retract(int order, long tokens, double tokensPerSecond) {}

    /**
     * A moment of a stream of ever-new words and texts.
     *
     * @param seconds spent on scoring, learning and writing until now
     * @param tokens until now
     * @param tokensPerSecond since the mark before
     * @param tokensPerCpuSecond the same for each second of a core that the process took, which other processes change less
     * @param heapBytes in use after a collection
     * @param diskBytes files of the store
     * @param changelogBytes keys and values in the store: what is left of a changelog once it is compacted
     * @param writtenBytesPerToken keys and values written since the mark before, for each token: what a changelog gets
     * @param stateBytes what the shard says that it holds
     * @param ngrams that it holds
     * @param words that it holds
     * @param forgottenNgrams that it has forgotten
     * @param forgottenWords that it has forgotten
     */
    public record Mark(
            double seconds,
            long tokens,
            double tokensPerSecond,
            double tokensPerCpuSecond,
            long heapBytes,
            long diskBytes,
            long changelogBytes,
            double writtenBytesPerToken,
            long stateBytes,
            long ngrams,
            long words,
            long forgottenNgrams,
            long forgottenWords) {

        String csv() {
            return String.format(
                    Locale.ROOT,
                    "%.1f,%d,%.0f,%.0f,%d,%d,%d,%.1f,%d,%d,%d,%d,%d",
                    seconds,
                    tokens,
                    tokensPerSecond,
                    tokensPerCpuSecond,
                    heapBytes,
                    diskBytes,
                    changelogBytes,
                    writtenBytesPerToken,
                    stateBytes,
                    ngrams,
                    words,
                    forgottenNgrams,
                    forgottenWords);
        }
    }

    private static final String COLUMNS =
            "seconds,tokens,tokens_per_second,tokens_per_cpu_second,heap_bytes,disk_bytes,changelog_bytes,written_bytes_per_token,state_bytes,"
                    + "ngrams,words,forgotten_ngrams,forgotten_words";

    public List<Speed> speed = new ArrayList<>();
    public List<Retract> retract = new ArrayList<>();
    public long boundBytes;
    public List<Mark> marks = new ArrayList<>();

    /** The marks from that on at which the bound was reached first; all where it never was. */
    List<Mark> bounded() {
        for (int i = 0; i < marks.size(); i++) {
            if (marks.get(i).forgottenNgrams() > 0) {
                return marks.subList(i, marks.size());
            }
        }
        return marks;
    }

    /** The mean of the last fifth of the time under the bound, divided by that of the first fifth. */
    double endToBeginning(ToDoubleFunction<Mark> figure) {
        List<Mark> bounded = bounded();
        int fifth = Math.max(1, bounded.size() / 5);
        return mean(bounded.subList(bounded.size() - fifth, bounded.size()), figure)
                / mean(bounded.subList(0, fifth), figure);
    }

    private static double mean(List<Mark> marks, ToDoubleFunction<Mark> figure) {
        return marks.stream().mapToDouble(figure).average().orElse(Double.NaN);
    }

    /** A line for each mark, with a head. */
    public String csv() {
        StringBuilder rows = new StringBuilder(COLUMNS).append('\n');
        marks.forEach(mark -> rows.append(mark.csv()).append('\n'));
        return rows.toString();
    }

    /** Tables. */
    public String table() {
        StringBuilder text = new StringBuilder();
        for (Speed run : speed) {
            text.append(String.format(
                    Locale.ROOT,
                    "order %d, %,d tokens, medians of %d: %,.0f tokens/s without a bound; %,.0f with one not reached (%.1f %%); %,.0f"
                            + " with one of %,d bytes, reached (%.1f %%), of %,d bytes without%n",
                    run.order(),
                    run.tokens(),
                    run.runs(),
                    run.unbounded(),
                    run.notReached(),
                    100 * run.notReached() / run.unbounded(),
                    run.reached(),
                    run.reachedBytes(),
                    100 * run.reached() / run.unbounded(),
                    run.stateBytes()));
        }
        for (Retract run : retract) {
            text.append(String.format(
                    Locale.ROOT,
                    "order %d: %,d tokens taken out at %,.0f tokens/s%n",
                    run.order(),
                    run.tokens(),
                    run.tokensPerSecond()));
        }
        if (!marks.isEmpty()) {
            marks(text);
        }
        return text.toString();
    }

    private void marks(StringBuilder text) {
        text.append(String.format(Locale.ROOT, "%nEver-new words and texts, a bound of %,d bytes%n%n", boundBytes));
        text.append(String.format(
                Locale.ROOT,
                "%8s %12s %10s %10s %8s %8s %10s %9s %9s %11s %9s %12s%n",
                "seconds",
                "tokens",
                "tokens/s",
                "per CPU s",
                "heap MB",
                "disk MB",
                "changelog",
                "written/t",
                "state MB",
                "n-grams",
                "words",
                "forgotten"));
        for (Mark mark : marks) {
            text.append(String.format(
                    Locale.ROOT,
                    "%8.0f %,12d %,10.0f %,10.0f %8.0f %8.0f %10.1f %9.1f %9.1f %,11d %,9d %,12d%n",
                    mark.seconds(),
                    mark.tokens(),
                    mark.tokensPerSecond(),
                    mark.tokensPerCpuSecond(),
                    mark.heapBytes() / 1e6,
                    mark.diskBytes() / 1e6,
                    mark.changelogBytes() / 1e6,
                    mark.writtenBytesPerToken(),
                    mark.stateBytes() / 1e6,
                    mark.ngrams(),
                    mark.words(),
                    mark.forgottenNgrams()));
        }
        text.append(String.format(
                Locale.ROOT,
                "%nThe last fifth of the time under the bound against the first: tokens/s %.1f %%, tokens a second of CPU %.1f %%, heap %.1f %%, disk %.1f %%,"
                        + " changelog %.1f %%%n",
                100 * endToBeginning(Mark::tokensPerSecond),
                100 * endToBeginning(Mark::tokensPerCpuSecond),
                100 * endToBeginning(Mark::heapBytes),
                100 * endToBeginning(Mark::diskBytes),
                100 * endToBeginning(Mark::changelogBytes)));
    }
}
