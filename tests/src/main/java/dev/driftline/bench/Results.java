package dev.driftline.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.driftline.bench.baseline.Baseline;
import dev.driftline.bench.forget.ForgetResults;
import dev.driftline.bench.typing.TypingResults;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.OutputKeys;
import dev.driftline.config.keys.ServiceKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Everything that was measured, in the shape of the file that {@code --json} writes (names there in snake case). */
@JsonInclude(JsonInclude.Include.NON_NULL)
final class Results {

    /**
     * What it was measured on.
     *
     * @param memoryBytes physical memory
     * @param loadAverage of the last minute when the benchmark began; well above 0, other work was running
     */
    record Machine(String cpu, int cores, long memoryBytes, String os, double loadAverage) {}

    /** The Java that ran all of it. */
    record Jdk(String version, String vendor, String vm) {}

    /** A text. */
    record Corpus(String name, int documents, long tokens, long types) {}

    /**
     * What was the same in every run through a broker.
     *
     * @param guarantee as the settings have it in the end, as all that follows
     * @param deployments shards and input partitions
     * @param documents after the text was cut and made as long as asked for
     * @param documentTokens tokens of such a document, about
     * @param tokens of that text
     * @param jvmOptions of each measured JVM, the heap among them
     */
    record Settings(
            String guarantee,
            long commitIntervalMs,
            List<String> deployments,
            int threads,
            List<Integer> order,
            int documents,
            int documentTokens,
            long tokens,
            int runs,
            int predictions,
            Map<String, String> more,
            String jvmOptions,
            String warmUp) {

        /**
         * As they are in the end.
         *
         * @param text that goes through a broker
         * @param more what was asked for
         */
        static Settings of(
                List<Deployment> deployments,
                List<Integer> orders,
                Corpus text,
                int runs,
                Map<String, String> more,
                String jvmOptions,
                String warmUp) {
            DriftlineConfig config = DriftlineConfig.of(
                    deployments.get(0).settings("measured", orders.get(0), Setup.COMMIT_INTERVAL_MS));
            return new Settings(
                    config.get(ServiceKeys.PROCESSING_GUARANTEE).text(),
                    config.get(ServiceKeys.COMMIT_INTERVAL_MS),
                    deployments.stream().map(Deployment::toString).toList(),
                    config.get(ServiceKeys.STREAM_THREADS),
                    orders,
                    text.documents(),
                    EndToEndBench.DOCUMENT_TOKENS,
                    text.tokens(),
                    runs,
                    config.get(OutputKeys.PREDICTIONS_K),
                    more,
                    jvmOptions,
                    warmUp);
        }
    }

    /**
     * The model alone.
     *
     * @param tokensPerSecond median of the runs
     * @param runs each run, in tokens a second
     * @param tokensPerCpuSecond of the median run, in CPU time of its thread; much more than the former, other work was
     *     running
     * @param perplexity of the top order over all documents: the work was done
     * @param writeBackIntervalMs how often changed pages went to RocksDB; the last write-back is part of the time
     * @param writeBackSeconds of the median run, spent writing back
     */
    record InProcess(
            String corpus,
            int order,
            double tokensPerSecond,
            List<Double> runs,
            double tokensPerCpuSecond,
            double perplexity,
            long writeBackIntervalMs,
            double writeBackSeconds,
            long decodedCacheBytes,
            long rocksdbMemoryBytes,
            long distinctNgrams,
            long stateBytes,
            double stateBytesPerNgram) {}

    /**
     * How one detector, or all of them, did on made-up sources.
     *
     * @param detector its name, or all
     * @param shape how the level changes
     * @param shift by how many bits a token; 0 not at all
     * @param correlation of a document's level with the one before
     * @param falseAlarms drifts per 10,000 documents without a change
     * @param warnings the same of warnings; only where there is no change
     * @param found runs in which the change was noticed
     * @param medianDelay documents from its begin to the alarm
     * @param longDelay in nine of ten runs no longer
     * @param startError documents by which the estimated start is off, the median
     */
    record Drift(
            String detector,
            String shape,
            double shift,
            double correlation,
            int runs,
            double falseAlarms,
            double warnings,
            int found,
            int medianDelay,
            int longDelay,
            int startError) {}

    /**
     * One run through a broker.
     *
     * @param cpuMicrosPerToken CPU time of the measured JVM and of the broker
     * @param brokerMicrosPerToken the broker's part of it
     * @param steadyTokensPerSecond between the score of the first tenth and of nine tenths of the documents: without the
     *     seconds in which the first ones are on their way and the last ones come out
     * @param firstScoreSeconds until the first score could be read
     * @param perplexity of the top order over all documents: the work was done
     */
    record Run(
            long tokens,
            double cpuMicrosPerToken,
            double brokerMicrosPerToken,
            double tokensPerSecond,
            double seconds,
            double steadyTokensPerSecond,
            double firstScoreSeconds,
            double perplexity) {

        static Run of(Setup.Cost cost, double firstScoreSeconds, double steadyTokensPerSecond, double perplexity) {
            return new Run(
                    cost.tokens(),
                    cost.cpuMicrosPerToken(),
                    cost.brokerMicrosPerToken(),
                    cost.tokensPerSecond(),
                    cost.seconds(),
                    steadyTokensPerSecond,
                    firstScoreSeconds,
                    perplexity);
        }
    }

    /**
     * One deployment at one order through a broker; each figure is the median of the runs.
     *
     * @param runs in the order in which they were
     */
    record EndToEnd(
            int shards,
            int partitions,
            int order,
            double cpuMicrosPerToken,
            double brokerMicrosPerToken,
            double tokensPerSecond,
            double steadyTokensPerSecond,
            double firstScoreSeconds,
            double perplexity,
            List<Run> runs) {

        static EndToEnd of(Deployment deployment, int order, List<Run> runs) {
            return new EndToEnd(
                    deployment.shards(),
                    deployment.partitions(),
                    order,
                    median(runs, Run::cpuMicrosPerToken),
                    median(runs, Run::brokerMicrosPerToken),
                    median(runs, Run::tokensPerSecond),
                    median(runs, Run::steadyTokensPerSecond),
                    median(runs, Run::firstScoreSeconds),
                    median(runs, Run::perplexity),
                    List.copyOf(runs));
        }

        private static double median(List<Run> runs, ToDoubleFunction<Run> figure) {
            double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
            return sorted[sorted.length / 2];
        }
    }

    /**
     * One baseline at one order.
     *
     * @param what it does
     * @param lacks what Driftline does and it does not
     */
    record BaselineRun(
            String baseline,
            String what,
            String lacks,
            int order,
            int partitions,
            long tokens,
            double cpuMicrosPerToken,
            double brokerMicrosPerToken,
            double tokensPerSecond,
            double seconds) {

        static BaselineRun of(Baseline baseline, int order, int partitions, Setup.Cost cost) {
            return new BaselineRun(
                    baseline.toString(),
                    baseline.what(),
                    baseline.lacks(),
                    order,
                    partitions,
                    cost.tokens(),
                    cost.cpuMicrosPerToken(),
                    cost.brokerMicrosPerToken(),
                    cost.tokensPerSecond(),
                    cost.seconds());
        }
    }

    /**
     * Milliseconds from when a document was due to be sent until its score could be read.
     *
     * @param cpuMicrosPerToken at this load, the broker included
     */
    record Latency(
            int shards,
            int partitions,
            int order,
            long commitIntervalMs,
            double tokensPerSecond,
            double documentsPerSecond,
            long documents,
            double cpuMicrosPerToken,
            double p50Ms,
            double p90Ms,
            double p99Ms,
            double maxMs) {}

    /**
     * What a token costs as the model grows.
     *
     * @param what is measured: in process, or end to end and how
     * @param tokens learned so far
     * @param since tokens of which this is the cost, the last of them
     * @param cpuMicrosPerToken of the process; end to end, the broker included
     * @param stateBytes files of the state
     */
    record Growth(
            String what,
            int order,
            long tokens,
            long since,
            double cpuMicrosPerToken,
            double tokensPerSecond,
            long stateBytes) {}

    /** All state from changelogs, from the start of a service with an empty state folder until it can go on. */
    record Restore(int order, double seconds, long changelogBytes, double ngramsPerSecond) {}

    /**
     * What a kill of an instance costs.
     *
     * @param ngrams different ones that it had learned, of all orders
     * @param stateBytes files of all stores
     * @param changelogRecords of the counts, compacted or not: what a whole restore would read at most
     * @param loadAverage of the machine at the end
     */
    record Crash(
            int order,
            long ngrams,
            long stateBytes,
            long changelogRecords,
            double loadAverage,
            List<Restart> restarts) {}

    /**
     * A start after a kill.
     *
     * @param readySeconds from the start of the process until it was ready
     * @param scoreSeconds the same, until a score could be read
     * @param restoredRecords of all changelogs
     */
    record Restart(double readySeconds, double scoreSeconds, long restoredRecords) {}

    /**
     * What is kept of the text.
     *
     * @param distinctNgrams of all orders
     * @param stateBytes files of the count stores
     * @param changelogRecords written while the corpus was learned, compacted or not
     * @param changelogBytes of the count stores' changelogs, compressed, as far as they were compacted
     * @param scoreBytesPerDocument of the scores topic on the broker's disk, compressed
     * @param predictionBytesPerDocument of the predictions topic there
     */
    record State(
            int order,
            long distinctNgrams,
            long stateBytes,
            double stateBytesPerNgram,
            long changelogRecords,
            double changelogRecordsPerToken,
            long changelogBytes,
            double changelogBytesPerNgram,
            double scoreBytesPerDocument,
            double predictionBytesPerDocument) {}

    /** Microseconds for the ten most probable next words, request to sorted answer. */
    record Predictions(
            String corpus,
            int order,
            long contexts,
            double p50Micros,
            double p99Micros,
            String hottestContext,
            double hottestP50Micros,
            double hottestP99Micros) {}

    /**
     * The neural engine on one thread: an LSTM of one layer, Adam, PyTorch's sizes and names.
     *
     * @param cutoffs of the adaptive softmax
     * @param kernels what multiplies matrices
     * @param torch version of the PyTorch beside it; null where there was none
     * @param torchBlas what multiplies its matrices: version and kernel; null where there was none
     */
    record Neural(
            int vocabulary,
            int size,
            int streams,
            int steps,
            List<Integer> cutoffs,
            String kernels,
            String torch,
            String torchBlas,
            List<NeuralTask> tasks) {}

    /**
     * One task by both, in turn.
     *
     * @param figure median of ours: tokens a second, or microseconds where the task says so
     * @param torch median of PyTorch's; null where there was none
     * @param ratio how many times faster ours is
     * @param ratioToFull of the adaptive softmax, how many times faster ours is than PyTorch's full one
     */
    record NeuralTask(
            String task,
            double figure,
            List<Double> runs,
            Double torch,
            List<Double> torchRuns,
            Double ratio,
            Double ratioToFull) {}

    /**
     * What the two softmaxes learn: validation perplexities after the same tokens, and of the adaptive one after the time
     * that the full one took.
     *
     * @param tokens that both were trained on
     * @param adaptiveTokensInSameTime that the adaptive one was trained on in the full one's time
     */
    record Softmaxes(
            long tokens,
            double fullSeconds,
            double fullPerplexity,
            double adaptiveSeconds,
            double adaptivePerplexity,
            long adaptiveTokensInSameTime,
            double adaptivePerplexityInSameTime) {}

    /**
     * Through a broker with what is beside the n-gram model, all on the same cores. With a network, the text before its first
     * snapshot is not part of it.
     *
     * @param what is on
     * @param tokens that were measured
     * @param tokensBefore that had gone by when the first snapshot was active and the time began
     * @param promotions snapshots that became active meanwhile
     * @param documents how many had which part of the network: scored, fallback
     * @param fallbackRate share of the documents that were scored without it because it could not keep up
     * @param ngramPerplexity of the top order
     * @param perplexity of the mixture
     */
    record Features(
            String what,
            int shards,
            int partitions,
            int order,
            long tokens,
            long tokensBefore,
            double cpuMicrosPerToken,
            double brokerMicrosPerToken,
            double tokensPerSecond,
            double seconds,
            long promotions,
            Map<String, Long> documents,
            double fallbackRate,
            double ngramPerplexity,
            double perplexity) {}

    public Machine machine;
    public Jdk jdk;
    public Corpus corpus;
    public List<Corpus> corpora = new ArrayList<>();
    public Settings settings;
    public List<InProcess> inProcess = new ArrayList<>();
    public List<EndToEnd> endToEnd = new ArrayList<>();
    public List<BaselineRun> baselines = new ArrayList<>();
    public List<Latency> latency = new ArrayList<>();
    public List<Growth> growth = new ArrayList<>();
    public ForgetResults forget;

    public TypingResults typing;
    public Restore restore;

    /** What a kill costs; null unless it was measured. */
    public Crash crash;

    public State state;
    public Predictions predictions;
    public Neural neural;
    public Softmaxes softmaxes;
    public List<Features> neuralEndToEnd = new ArrayList<>();
    public List<Features> everything = new ArrayList<>();
    public List<Drift> drift = new ArrayList<>();
}
