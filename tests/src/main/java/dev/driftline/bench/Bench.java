package dev.driftline.bench;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.driftline.bench.baseline.Baseline;
import dev.driftline.bench.forget.ForgetBench;
import dev.driftline.bench.process.Folders;
import dev.driftline.bench.process.Json;
import dev.driftline.bench.process.MeasuredJvm;
import dev.driftline.bench.text.BenchCorpus;
import dev.driftline.bench.typing.TypingBench;
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
            "  driftline bench --only end-to-end --order 5 --shards 1",
            "  driftline bench --only drift",
            "  driftline bench --only crash",
            "  driftline bench --only forget --order 5 --forget-minutes 60 --forget-csv forget.csv",
            "  driftline bench --only typing --order 5",
            "  driftline bench --only neural"
        })
public final class Bench implements Callable<Integer> {

    @Option(
            names = "--only",
            paramLabel = "PART",
            split = ",",
            description =
                    "Measure only this: in-process, predictions, drift, neural, softmaxes, end-to-end, baselines, restore,"
                            + " latency, neural-end-to-end, everything, crash, growth, growth-end-to-end, forget or typing. Repeatable. Default:"
                            + " in-process, predictions, end-to-end, baselines, restore and latency.")
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

    @Option(
            names = "--shards",
            paramLabel = "N",
            split = ",",
            description = "Shards of each deployment that goes through a broker. Default: 1,4. Features and restore are"
                    + " measured with the first, baselines with the last.")
    private List<Integer> shards = List.of(1, 4);

    @Option(
            names = "--partitions",
            paramLabel = "N",
            description = "Input partitions of each deployment. Default: as many as shards.")
    private int partitions;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            defaultValue = "3000000",
            description =
                    "Tokens that go through a broker in a run: the text, then the same with other words in the place"
                            + " of its words. Default: ${DEFAULT-VALUE}.")
    private long tokens;

    @Option(
            names = "--baseline-tokens",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "The same for a baseline. Default: ${DEFAULT-VALUE}.")
    private long baselineTokens;

    @Option(
            names = "--baseline",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Measure only this baseline: naive, naive-tuned, naive-in-memory, combiner or combiner-in-memory."
                            + " Repeatable. Default: all.")
    private List<String> baselines = List.of();

    @Option(
            names = "--growth-tokens",
            paramLabel = "N",
            defaultValue = "20000000",
            description = "Tokens that growth goes up to, at 1, 2, 5, 10, 20, 50 and 100 million. Default:"
                    + " ${DEFAULT-VALUE}.")
    private long growthTokens;

    @Option(
            names = "--forget-minutes",
            paramLabel = "N",
            defaultValue = "10",
            description = "Minutes of the stream of ever-new words of forget; 0: none. Default: ${DEFAULT-VALUE}.")
    private int forgetMinutes;

    @Option(
            names = "--typing-words",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "Words of the vocabulary of typing. Default: ${DEFAULT-VALUE}.")
    private int typingWords;

    @Option(
            names = "--forget-bound",
            paramLabel = "BYTES",
            defaultValue = "67108864",
            description = "Bound of the state of that stream. Default: ${DEFAULT-VALUE}.")
    private long forgetBound;

    @Option(
            names = "--forget-csv",
            paramLabel = "FILE",
            description = "Write what was measured along that stream to this file, too.")
    private Path forgetCsv;

    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "3",
            description = "Runs of which the median counts, in process and end to end. Default: ${DEFAULT-VALUE}.")
    private int runs;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "40",
            description = "How long each JVM is warmed up. Default: ${DEFAULT-VALUE}.")
    private int warmUpSeconds;

    @Option(names = "--json", paramLabel = "FILE", description = "Write every figure to this file, too.")
    private Path json;

    @Option(
            names = "--load",
            paramLabel = "TOKENS",
            split = ",",
            description =
                    "Tokens a second at which latency is measured; 0: half of what the same JVM has just processed in"
                            + " a second. Default: 5000,0.")
    private List<Double> loads = List.of(5000.0, 0.0);

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

    private List<Deployment> deployments = List.of();

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
            parts.addAll(Part.USUAL);
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
        if (parts.contains(Part.GROWTH)) {
            growth(corpora.get(0), results);
        }
        if (parts.contains(Part.TYPING)) {
            typing(corpora.get(0), results);
        }
        if (parts.contains(Part.FORGET)) {
            forget(corpora.get(0), results);
        }
        if (parts.stream().anyMatch(Part::needsABroker)) {
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
        if (results.typing != null) {
            out.println();
            out.print(results.typing.table());
        }
        if (results.forget != null) {
            out.println();
            out.print(results.forget.table());
        }
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
        deployments = Deployment.of(shards, partitions, moreSettings);
        BenchCorpus text = corpora.get(0).cut(EndToEndBench.DOCUMENT_TOKENS).lasting(tokens);
        results.settings = Results.Settings.of(
                deployments,
                orders,
                new Results.Corpus(text.name(), text.documents().size(), text.tokens(), text.types()),
                runs,
                moreSettings,
                String.join(" ", jvmOptions()),
                "each topology first runs over other topics, for " + warmUpSeconds
                        + " s, in the same JVM; in process, a first run over the same documents, thrown away");
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
                        Integer.toString(parts.contains(Part.IN_PROCESS) ? runs : 1),
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

    private void growth(BenchCorpus corpus, Results results) {
        int highest = orders.get(orders.size() - 1);
        say("growth, in process, " + corpus.name() + ", order " + highest);
        List<String> arguments = new ArrayList<>(List.of(
                corpus.file().toString(),
                Long.toString(limit),
                Integer.toString(highest),
                folder.resolve("growth").toString()));
        GrowthBench.marks(growthTokens).forEach(mark -> arguments.add(Long.toString(mark)));
        try (MeasuredJvm jvm = MeasuredJvm.start(
                GrowthRun.class,
                arguments,
                jvmOptions(),
                folder.resolve("growth.log"),
                Optional.ofNullable(profile).map(target -> target.resolve("growth.jfr")))) {
            for (String answer = jvm.hear(); !answer.equals("done"); answer = jvm.hear()) {
                Results.Growth growth = Json.read(answer, Results.Growth.class);
                say("  " + Report.line(growth));
                results.growth.add(growth);
            }
        }
        Folders.delete(folder.resolve("growth"));
    }

    private void typing(BenchCorpus corpus, Results results) {
        int highest = orders.get(orders.size() - 1);
        say("completions, in process, " + corpus.name() + ", order " + highest);
        results.typing = new TypingBench(corpus, limit, folder, jvmOptions(), this::say)
                .measure(highest, List.of(1, 4), typingWords);
    }

    private void forget(BenchCorpus corpus, Results results) throws IOException {
        int highest = orders.get(orders.size() - 1);
        say("a model that forgets, in process, " + corpus.name() + ", order " + highest);
        results.forget = new ForgetBench(corpus, limit, folder, jvmOptions(), this::say)
                .measure(
                        highest,
                        runs,
                        forgetBound,
                        60L * forgetMinutes,
                        Optional.ofNullable(profile).map(target -> target.resolve("forget.jfr")));
        if (forgetCsv != null) {
            Files.writeString(forgetCsv, results.forget.csv());
        }
    }

    private void throughABroker(Set<Part> parts, BenchCorpus corpus, Results results) {
        BenchCorpus cut = corpus.cut(EndToEndBench.DOCUMENT_TOKENS);
        BenchCorpus documents = cut.lasting(tokens);
        int highest = orders.get(orders.size() - 1);
        Deployment first = deployments.get(0);
        say("starting a schema registry");
        try (EmbeddedRegistry registry = EmbeddedRegistry.start(folder)) {
            Setup setup = new Setup(
                    registry.url(), folder, jvmOptions(), Optional.ofNullable(profile), warmUpSeconds, this::say);
            endToEnd(parts, new EndToEndBench(documents, setup), results);
            if (parts.contains(Part.BASELINES)) {
                BaselineBench bench = new BaselineBench(cut.lasting(baselineTokens), setup);
                Deployment last = deployments.get(deployments.size() - 1);
                for (int order : orders) {
                    for (Baseline baseline : Baseline.values()) {
                        if (baselines.isEmpty() || baselines.contains(baseline.toString())) {
                            results.baselines.add(bench.measure(baseline, last, order));
                        }
                    }
                }
            }
            if (parts.contains(Part.LATENCY)) {
                for (Deployment deployment : deployments) {
                    results.latency.addAll(new LatencyBench(documents, setup).measure(deployment, highest, loads));
                }
            }
            FeaturesBench features = new FeaturesBench(cut, setup);
            if (parts.contains(Part.NEURAL_END_TO_END)) {
                for (String policy : policies) {
                    results.neuralEndToEnd.add(features.network(first, highest, policy));
                }
            }
            if (parts.contains(Part.EVERYTHING)) {
                results.everything.addAll(features.sumOfParts(first, highest));
            }
            if (parts.contains(Part.GROWTH_END_TO_END)) {
                for (Deployment deployment : deployments) {
                    results.growth.addAll(new GrowthBench(documents, setup).measure(deployment, highest, growthTokens));
                }
            }
        }
    }

    private void endToEnd(Set<Part> parts, EndToEndBench bench, Results results) {
        int highest = orders.get(orders.size() - 1);
        for (Deployment deployment : deployments) {
            for (int order : orders) {
                boolean restore =
                        parts.contains(Part.RESTORE) && order == highest && deployment.equals(deployments.get(0));
                if (!parts.contains(Part.END_TO_END) && !restore) {
                    continue;
                }
                EndToEndBench.Measured measured =
                        bench.measure(deployment, order, parts.contains(Part.END_TO_END) ? runs : 1, restore);
                if (parts.contains(Part.END_TO_END)) {
                    results.endToEnd.add(measured.endToEnd());
                }
                if (restore) {
                    results.state = measured.state();
                    results.restore = measured.restore();
                }
            }
        }
    }

    private void crash(BenchCorpus corpus, Results results) {
        say("starting a schema registry");
        try (EmbeddedRegistry registry = EmbeddedRegistry.start(folder)) {
            Setup setup = new Setup(registry.url(), folder, jvmOptions(), Optional.empty(), warmUpSeconds, this::say);
            int highest = orders.get(orders.size() - 1);
            say("kill -9, order " + highest);
            results.crash = new CrashBench(corpus, setup, profile == null ? folder : profile)
                    .measure(new Deployment(1, 1, moreSettings), highest, ngrams, runs);
        }
    }

    private NeuralBench neuralBench(BenchCorpus corpus) {
        return new NeuralBench(corpus, folder, jvmOptions(), Optional.ofNullable(profile), this::say);
    }

    private List<String> jvmOptions() {
        List<String> options = new ArrayList<>(List.of("-Xms" + heap, "-Xmx" + heap));
        options.addAll(moreJvmOptions);
        return options;
    }

    private void say(String line) {
        System.err.println(line);
    }
}
