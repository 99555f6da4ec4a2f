package dev.driftline.bench;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.driftline.corpus.BrownDownload;
import dev.driftline.embedded.EmbeddedRegistry;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code driftline bench}: measures Driftline on this machine and prints one table. */
@Command(
        name = "driftline bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures how fast Driftline is on this machine: the model alone, through a broker beside the topology that anyone"
                    + " would write first, its latency, its restore and the size of its state. Takes about fifteen minutes, and"
                    + " means something only while nothing else runs.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  driftline bench --json bench.json",
            "  driftline bench --only in-process --corpus brown.docs.tsv --corpus sotu.docs.tsv",
            "  driftline bench --only end-to-end --order 5",
            "  driftline bench --only drift",
            "  driftline bench --only crash",
            "  driftline bench --only neural"
        })
public final class Bench implements Callable<Integer> {

    private static final int RUNS = 3;

    @Option(
            names = "--only",
            paramLabel = "PART",
            split = ",",
            description =
                    "Measure only this: in-process, predictions, drift, neural, softmaxes, end-to-end, neural-end-to-end,"
                            + " restore, crash or latency. Repeatable. Default: all of them but crash, which learns for"
                            + " minutes first.")
    private List<String> only = List.of();

    @Option(
            names = "--policy",
            paramLabel = "POLICY",
            split = ",",
            description = "Of where the network cannot keep up, for neural-end-to-end. Default: ngram-only,wait.")
    private List<String> policies = List.of("ngram-only", "wait");

    @Option(
            names = "--corpus",
            paramLabel = "FILE",
            description =
                    "Text to measure with, .tsv (id TAB source TAB sentence </s> sentence …). Repeatable: the model alone"
                            + " is measured on each, everything else on the first. Default: the Brown corpus, fetched once.")
    private List<Path> files = List.of();

    @Option(
            names = "--order",
            paramLabel = "N",
            split = ",",
            description =
                    "N-gram orders, 1 to 7. Latency, restore and state are measured at the highest. Default: 3,5.")
    private List<Integer> orders = List.of(3, 5);

    @Option(names = "--json", paramLabel = "FILE", description = "Write every figure to this file, too.")
    private Path json;

    @Option(
            names = "--load",
            paramLabel = "TOKENS",
            description =
                    "Tokens a second at which latency is measured, so that settings can be compared at the same load."
                            + " Default: half of what was just measured.")
    private Double latencyLoad;

    @Option(
            names = "--ngrams",
            paramLabel = "N",
            description =
                    "Different n-grams that an instance has learned before it is killed. Default: ${DEFAULT-VALUE}.")
    private long ngrams = 50_000_000;

    @Option(names = "--limit", paramLabel = "N", description = "Only the first N documents of each corpus.")
    private long limit = Long.MAX_VALUE;

    @Option(
            names = "--heap",
            paramLabel = "SIZE",
            defaultValue = "2g",
            description = "Heap of each measured JVM. Default: ${DEFAULT-VALUE}.")
    private String heap;

    @Option(
            names = "--jvm-option",
            paramLabel = "OPTION",
            description = "An option for each measured JVM, Driftline's and the naive one's alike, such as"
                    + " -XX:+UseParallelGC. Repeatable. Default: none, as the launcher runs the service.")
    private List<String> moreJvmOptions = List.of();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "A setting of Driftline in what goes through a broker, such as commit.early=false. Repeatable.")
    private Map<String, String> moreSettings = Map.of();

    @Option(
            names = "--profile",
            paramLabel = "FOLDER",
            description = "Put a flight recording of each measured JVM here; costs a few per cent.")
    private Path profile;

    @Spec
    private CommandSpec spec;

    /** Set while a part is measured. */
    private Path folder;

    /** Called by the JVM. */
    public static void main(String[] arguments) {
        // Brokers come and go; what matters of that the benchmark says itself.
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);
        ((Logger) LoggerFactory.getLogger("org.apache.kafka")).setLevel(Level.OFF);
        PrintWriter out = new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true);
        CommandLine command = new CommandLine(new Bench());
        command.setOut(out);
        command.setExecutionExceptionHandler((failure, line, result) -> {
            System.err.println("driftline bench: " + failure.getMessage());
            if (System.getenv("DRIFTLINE_DEBUG") != null) {
                failure.printStackTrace();
            }
            return CommandLine.ExitCode.SOFTWARE;
        });
        System.exit(command.execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Set<Part> parts = EnumSet.noneOf(Part.class);
        only.forEach(name -> parts.add(Part.named(name)));
        if (parts.isEmpty()) {
            parts.addAll(EnumSet.complementOf(EnumSet.of(Part.CRASH)));
        }
        for (int order : orders) {
            if (order < 1 || order > 7) {
                throw new IllegalArgumentException("--order " + order + ": expected 1 to 7");
            }
        }
        Set<Integer> sorted = new TreeSet<>(orders);
        orders = List.copyOf(sorted);
        if (profile != null) {
            Files.createDirectories(profile);
        }
        List<BenchCorpus> corpora = corpora();
        Results results = describe(corpora);
        folder = Files.createTempDirectory("driftline-bench-");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> Folders.delete(folder)));
        if (parts.contains(Part.IN_PROCESS) || parts.contains(Part.PREDICTIONS)) {
            inProcess(parts, corpora, results);
        }
        if (parts.contains(Part.DRIFT)) {
            say("detectors of changes");
            results.drift.addAll(new DriftBench().measure());
        }
        if (parts.contains(Part.NEURAL)) {
            say("neural engine, one thread");
            results.neural = neuralBench(corpora.get(0)).measure();
        }
        if (parts.contains(Part.SOFTMAXES)) {
            say("softmaxes, one thread");
            results.softmaxes = neuralBench(corpora.get(0)).softmaxes();
        }
        if (parts.contains(Part.NEURAL_END_TO_END)) {
            withANetwork(corpora.get(0), results);
        }
        if (parts.contains(Part.END_TO_END) || parts.contains(Part.RESTORE) || parts.contains(Part.LATENCY)) {
            throughABroker(parts, corpora.get(0), results);
        }
        if (parts.contains(Part.CRASH)) {
            crash(corpora.get(0), results);
        }
        if (json != null) {
            Files.writeString(json, Json.pretty(results) + System.lineSeparator());
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println();
        out.print(Report.of(results));
        out.flush();
        return CommandLine.ExitCode.OK;
    }

    private List<BenchCorpus> corpora() throws IOException, InterruptedException {
        List<Path> paths = files;
        if (paths.isEmpty()) {
            paths = List.of(new BrownDownload(BrownDownload.defaultCache(System.getenv())).fetch(this::say));
        }
        List<BenchCorpus> corpora = new ArrayList<>();
        for (Path path : paths) {
            corpora.add(BenchCorpus.read(path, limit));
        }
        return corpora;
    }

    private Results describe(List<BenchCorpus> corpora) {
        Results results = new Results();
        results.machine = Machines.thisOne();
        results.jdk = Machines.jdk();
        for (BenchCorpus corpus : corpora) {
            results.corpora.add(
                    new Results.Corpus(corpus.name(), corpus.documents().size(), corpus.tokens(), corpus.types()));
        }
        results.corpus = results.corpora.get(0);
        results.settings = new Results.Settings(
                EndToEndBench.GUARANTEE,
                EndToEndBench.COMMIT_INTERVAL_MS,
                EndToEndBench.SHARDS,
                EndToEndBench.THREADS,
                orders,
                corpora.get(0).cut(EndToEndBench.DOCUMENT_TOKENS).documents().size(),
                EndToEndBench.DOCUMENT_TOKENS,
                EndToEndBench.PREDICTIONS,
                String.join(" ", jvmOptions()),
                EndToEndBench.WARM_UP + "; in process, a first run over the same documents, thrown away");
        if (results.machine.loadAverage() > 0.5) {
            say(String.format(
                    Locale.ROOT,
                    "the load average is %.1f: other work is running, and every figure will be worse for it",
                    results.machine.loadAverage()));
        }
        return results;
    }

    private void inProcess(Set<Part> parts, List<BenchCorpus> corpora, Results results) {
        int highest = orders.get(orders.size() - 1);
        for (BenchCorpus corpus : corpora) {
            for (int order : orders) {
                boolean predictions = parts.contains(Part.PREDICTIONS) && corpus == corpora.get(0) && order == highest;
                if (!predictions && !parts.contains(Part.IN_PROCESS)) {
                    continue;
                }
                say("in process, " + corpus.name() + ", order " + order);
                String name = "in-process-" + corpus.name() + "-" + order;
                List<String> arguments = List.of(
                        corpus.file().toString(),
                        Long.toString(limit),
                        Integer.toString(order),
                        Integer.toString(parts.contains(Part.IN_PROCESS) ? RUNS : 1),
                        folder.resolve(name).toString(),
                        Boolean.toString(predictions));
                try (MeasuredJvm jvm = MeasuredJvm.start(
                        InProcessRun.class,
                        arguments,
                        jvmOptions(),
                        folder.resolve(name + ".log"),
                        Optional.ofNullable(profile).map(target -> target.resolve(name + ".jfr")))) {
                    InProcessRun.Answer answer = Json.read(jvm.hear(), InProcessRun.Answer.class);
                    if (parts.contains(Part.IN_PROCESS)) {
                        results.inProcess.add(answer.inProcess());
                        say(String.format(
                                Locale.ROOT,
                                "  %,.0f tokens/s",
                                answer.inProcess().tokensPerSecond()));
                    }
                    if (predictions) {
                        results.predictions = answer.predictions();
                    }
                }
            }
        }
    }

    private void throughABroker(Set<Part> parts, BenchCorpus corpus, Results results) {
        BenchCorpus documents = corpus.cut(EndToEndBench.DOCUMENT_TOKENS);
        int highest = orders.get(orders.size() - 1);
        say("starting a schema registry");
        try (EmbeddedRegistry registry = EmbeddedRegistry.start(folder)) {
            EndToEndBench bench = new EndToEndBench(
                    documents,
                    registry.url(),
                    folder,
                    jvmOptions(),
                    moreSettings,
                    Optional.ofNullable(profile),
                    this::say);
            double load = 0;
            for (int order : orders) {
                boolean wanted = parts.contains(Part.RESTORE) || latencyLoad == null;
                if (!parts.contains(Part.END_TO_END) && (order != highest || !wanted)) {
                    continue;
                }
                EndToEndBench.Driftline driftline =
                        bench.driftline(order, parts.contains(Part.RESTORE) && order == highest);
                load = documents.tokens() / driftline.time().seconds();
                say("driftline", order, load, driftline.time());
                say(String.format(
                        Locale.ROOT,
                        "  first score after %.1f s",
                        driftline.arrivals().first()));
                if (parts.contains(Part.END_TO_END)) {
                    EndToEndBench.Time naive = bench.naive(order);
                    results.endToEnd.add(endToEnd(order, documents.tokens(), driftline, naive));
                    say("naive", order, documents.tokens() / naive.seconds(), naive);
                }
                if (driftline.state() != null) {
                    results.state = driftline.state();
                    results.restore = driftline.restore();
                }
            }
            if (parts.contains(Part.LATENCY)) {
                double at = latencyLoad == null ? load / 2 : latencyLoad;
                say(String.format(Locale.ROOT, "latency, order %d, at %,.0f tokens/s", highest, at));
                results.latency = new LatencyBench(documents, registry.url(), folder).measure(bench, highest, at);
            }
        }
    }

    private void crash(BenchCorpus corpus, Results results) {
        say("starting a schema registry");
        try (EmbeddedRegistry registry = EmbeddedRegistry.start(folder)) {
            EndToEndBench bench = new EndToEndBench(
                    corpus, registry.url(), folder, jvmOptions(), moreSettings, Optional.empty(), this::say);
            int highest = orders.get(orders.size() - 1);
            say("kill -9, order " + highest);
            results.crash = new CrashBench(corpus, bench, jvmOptions(), profile == null ? folder : profile)
                    .measure(highest, ngrams, RUNS);
        }
    }

    private NeuralBench neuralBench(BenchCorpus corpus) {
        return new NeuralBench(corpus, folder, jvmOptions(), Optional.ofNullable(profile), this::say);
    }

    private void withANetwork(BenchCorpus corpus, Results results) {
        int highest = orders.get(orders.size() - 1);
        BenchCorpus documents = corpus.cut(EndToEndBench.DOCUMENT_TOKENS);
        say("starting a schema registry");
        try (EmbeddedRegistry registry = EmbeddedRegistry.start(folder)) {
            EndToEndBench bench = new EndToEndBench(
                    documents,
                    registry.url(),
                    folder,
                    jvmOptions(),
                    moreSettings,
                    Optional.ofNullable(profile),
                    this::say);
            for (String policy : policies) {
                Results.NeuralEndToEnd run = new NeuralEndToEndBench(bench, documents).measure(highest, policy);
                results.neuralEndToEnd.add(run);
                say(String.format(
                        Locale.ROOT,
                        "  %s: %,.0f tokens/s, %.1f %% without the network",
                        policy,
                        run.tokensPerSecond(),
                        100 * run.fallbackRate()));
            }
        }
    }

    private List<String> jvmOptions() {
        List<String> options = new ArrayList<>(List.of("-Xms" + heap, "-Xmx" + heap));
        options.addAll(moreJvmOptions);
        return options;
    }

    private static Results.EndToEnd endToEnd(
            int order, long tokens, EndToEndBench.Driftline driftline, EndToEndBench.Time naive) {
        EndToEndBench.Time time = driftline.time();
        return new Results.EndToEnd(
                order,
                tokens / time.seconds(),
                tokens / naive.seconds(),
                naive.seconds() / time.seconds(),
                0.8
                        * tokens
                        / (driftline.arrivals().nineTenths()
                                - driftline.arrivals().tenth()),
                driftline.arrivals().first(),
                time.seconds(),
                time.cpuSeconds(),
                time.brokerCpuSeconds(),
                driftline.perplexity(),
                naive.seconds(),
                naive.cpuSeconds(),
                naive.brokerCpuSeconds());
    }

    private void say(String topology, int order, double tokensPerSecond, EndToEndBench.Time time) {
        say(String.format(
                Locale.ROOT,
                "  %s, order %d: %,.0f tokens/s; CPU seconds: %.1f, broker %.1f",
                topology,
                order,
                tokensPerSecond,
                time.cpuSeconds(),
                time.brokerCpuSeconds()));
    }

    private void say(String line) {
        System.err.println(line);
    }
}
