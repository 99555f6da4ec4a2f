package dev.driftline.torture;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.driftline.codec.FolderTree;
import dev.driftline.corpus.BrownDownload;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.terminal.CtrlC;
import dev.driftline.torture.fault.FaultKind;
import dev.driftline.torture.process.SmallDisk;
import dev.driftline.torture.process.TormentedCluster;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code driftline torture}: shows on real processes that faults change no count and lose no document. */
@Command(
        name = "driftline torture",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Runs brokers, a schema registry and instances as processes of their own, sends text through them, kills, freezes,"
                    + " cuts off and damages them by a plan that a seed decides, and then checks that every document was scored"
                    + " exactly once and that every count is exact.",
            "The same seed plans the same faults; when they strike depends on the processes, too."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:Everything is exact.", "1:Something differs, or did not come out in time.", "130:Ctrl-C."},
        footerHeading = "%nExamples:%n",
        footer = {
            "  driftline torture --minutes 30 --seed 1 --json torture.json",
            "  driftline torture --minutes 3 --only cut-commit,delay-commit",
            "  driftline torture --list-kinds"
        })
public final class Torture implements Callable<Integer> {

    private static final int INTERRUPTED = 130;

    @Option(
            names = "--minutes",
            paramLabel = "N",
            defaultValue = "5",
            description = "How long faults happen. Default: ${DEFAULT-VALUE}.")
    private double minutes;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Decides kinds, targets, moments and lengths. Default: a random one, which is printed.")
    private @Nullable Long seed;

    @Option(
            names = "--every",
            paramLabel = "SECONDS",
            defaultValue = "6",
            description = "Mean time from one fault to the next. Default: ${DEFAULT-VALUE}.")
    private double every;

    @Option(
            names = "--instances",
            paramLabel = "N",
            defaultValue = "2",
            description = "Instances of the service. Default: ${DEFAULT-VALUE}.")
    private int instances;

    @Option(
            names = "--brokers",
            paramLabel = "N",
            defaultValue = "3",
            description = "Brokers, each a controller, too. Default: ${DEFAULT-VALUE}.")
    private int brokers;

    @Option(
            names = "--shards",
            paramLabel = "N",
            defaultValue = "2",
            description = "Shards of the model. Default: ${DEFAULT-VALUE}.")
    private int shards;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            defaultValue = "2",
            description = "Partitions of the input. Default: ${DEFAULT-VALUE}.")
    private int partitions;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "25",
            description = "Documents a second, of about 60 tokens. Default: ${DEFAULT-VALUE}.")
    private double rate;

    @Option(
            names = "--only",
            paramLabel = "KIND",
            split = ",",
            description = "Only these kinds of fault; see --list-kinds. Repeatable.")
    private List<String> only = List.of();

    @Option(
            names = "--corpus",
            paramLabel = "FILE",
            description = "Text to send. Default: the Brown corpus, fetched once.")
    private @Nullable Path corpus;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting of Driftline for all instances. Repeatable.")
    private Map<String, String> settings = Map.of();

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            defaultValue = "300",
            description =
                    "How long what was sent may take to come out after the last fault. Default: ${DEFAULT-VALUE}.")
    private int patience;

    @Option(
            names = "--folder",
            paramLabel = "DIR",
            description = "Where data and logs go. Default: a temporary folder.")
    private @Nullable Path folder;

    @Option(names = "--keep", description = "Keep data and logs, also where everything is exact.")
    private boolean keep;

    @Option(names = "--json", paramLabel = "FILE", description = "Write a report to this file.")
    private @Nullable Path json;

    @Option(names = "--list-kinds", description = "Print the kinds of fault, and do nothing.")
    private boolean listKinds;

    @Spec
    private CommandSpec spec;

    /** Called by the JVM. */
    public static void main(String[] arguments) {
        // Brokers come and go; what matters of that the command says itself.
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);
        for (String quiet : List.of("org.apache.kafka", "dev.driftline", "kafka")) {
            ((Logger) LoggerFactory.getLogger(quiet)).setLevel(Level.OFF);
        }
        System.exit(run(new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true), arguments));
    }

    /** Runs it in this JVM; returns its exit code. */
    static int run(PrintWriter out, String... arguments) {
        CommandLine command = new CommandLine(new Torture());
        command.setOut(out);
        command.setExecutionExceptionHandler((failure, line, result) -> {
            System.err.println("driftline torture: " + failure.getMessage());
            if (Boolean.getBoolean("driftline.debug")) {
                failure.printStackTrace();
            }
            return CommandLine.ExitCode.SOFTWARE;
        });
        return command.execute(arguments);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        if (listKinds) {
            for (FaultKind kind : FaultKind.values()) {
                out.printf(Locale.ROOT, "%-16s %s%n", kind.label(), kind.description());
            }
            return CommandLine.ExitCode.OK;
        }
        check();
        Path corpusFile = corpus != null
                ? corpus
                : new BrownDownload(BrownDownload.defaultCache(System.getenv())).fetch(out::println);
        List<CorpusDocument> pieces = Load.pieces(corpusFile);
        Path home = folder != null ? Files.createDirectories(folder) : Files.createTempDirectory("driftline-torture-");
        List<FaultKind> kinds = new ArrayList<>(kinds());
        boolean smallDisk = kinds.contains(FaultKind.FULL_DISK) && canMount(home, out);
        if (!smallDisk) {
            kinds.remove(FaultKind.FULL_DISK);
        }
        if (instances < 2 && (kinds.removeAll(List.of(FaultKind.TAKE_TURNS, FaultKind.JOIN_AND_LEAVE)))) {
            out.println("Without take-turns and join-and-leave: they need two instances.");
        }
        if (kinds.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "no kind of fault is left");
        }
        long chosen = seed != null ? seed : new SplittableRandom().nextLong(1_000_000);
        out.println("Seed " + chosen + "; data and logs are in " + home);
        TormentedCluster cluster = TormentedCluster.prepare();
        Report report = new Report();
        Thread main = Thread.currentThread();
        boolean[] stopping = {false};
        try (CtrlC ctrlC = CtrlC.then(() -> {
            stopping[0] = true;
            cluster.close();
            out.println("Stopped. So far:");
            out.print(report.text());
            out.flush();
            main.interrupt();
        })) {
            Optional<Verification.Result> verified = Optional.empty();
            try {
                cluster.start(
                        home, new TormentedCluster.Size(instances, brokers, shards, partitions, smallDisk), settings);
                verified = Optional.of(torment(cluster, pieces, kinds, chosen, report, out, ctrlC));
            } catch (InterruptedException | RuntimeException e) {
                if (!ctrlC.pressed()) {
                    keep = true;
                    throw e;
                }
            } finally {
                cluster.close();
                boolean exact =
                        verified.map(result -> result.difference().isEmpty()).orElse(false);
                if (json != null) {
                    report.write(json, about(chosen, kinds), verified);
                }
                if (!keep && (exact || ctrlC.pressed())) {
                    FolderTree.delete(home);
                } else {
                    report.write(home.resolve("report.json"), about(chosen, kinds), verified);
                    out.println("Data, logs and report.json are in " + home);
                }
                out.flush();
            }
            if (ctrlC.pressed()) {
                return INTERRUPTED;
            }
            return verified.map(result -> result.difference().isEmpty()).orElse(false)
                    ? CommandLine.ExitCode.OK
                    : CommandLine.ExitCode.SOFTWARE;
        }
    }

    private Verification.Result torment(
            TormentedCluster cluster,
            List<CorpusDocument> pieces,
            List<FaultKind> kinds,
            long chosen,
            Report report,
            PrintWriter out,
            CtrlC ctrlC)
            throws InterruptedException {
        if (!cluster.await(cluster.instances(), Duration.ofSeconds(120))) {
            throw new IllegalStateException("the instances do not become ready: "
                    + cluster.instances().get(0).process().logTail());
        }
        try (Load load = new Load(cluster.config(), pieces, rate)) {
            Verification verification = new Verification(cluster.config(), out::println);
            if (!verification.awaitFirstScore(Duration.ofSeconds(patience), ctrlC::pressed)) {
                throw new IllegalStateException("nothing is scored: "
                        + cluster.instances().get(0).process().logTail());
            }
            out.println("Everything runs; " + kinds.size() + " kinds of fault for " + minutes + " minutes.");
            Campaign campaign = new Campaign(cluster, report, out::println, ctrlC::pressed);
            campaign.run(
                    new Plan(chosen, kinds, (long) (every * 1000)),
                    Duration.ofMillis((long) (minutes * 60_000)),
                    kinds.size());
            campaign.heal();
            load.stop(Duration.ofSeconds(patience));
            out.println("The faults are over, and " + load.sent() + " records went in.");
            Verification.Result result = verification.verify(load.sent(), Duration.ofSeconds(patience), ctrlC::pressed);
            campaign.heal();
            if (!ctrlC.pressed()) {
                out.print(report.text());
                out.printf(
                        Locale.ROOT,
                        "%,d records: %,d scored, %,d dead letters; %,d tokens and %,d different n-grams compared.%n",
                        result.records(),
                        result.scored(),
                        result.deadLetters(),
                        result.tokens(),
                        result.ngrams());
                out.println(
                        result.difference().map(first -> "DIFFERS: " + first).orElse("Everything is exact."));
            }
            return result;
        }
    }

    private void check() {
        if (minutes <= 0 || every <= 0 || rate <= 0 || instances < 1 || brokers < 1 || shards < 1 || partitions < 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--minutes, --every, --rate, --instances, --brokers, --shards and --partitions must be positive");
        }
    }

    private List<FaultKind> kinds() {
        if (only.isEmpty()) {
            return List.of(FaultKind.values());
        }
        return only.stream()
                .map(label -> FaultKind.labelled(label)
                        .orElseThrow(() -> new ParameterException(
                                spec.commandLine(),
                                "'" + label + "' is not a kind of fault: --list-kinds prints them")))
                .toList();
    }

    private static boolean canMount(Path home, PrintWriter out) {
        try (SmallDisk disk = SmallDisk.mount(home.resolve("mount-test"), 1)) {
            return Files.exists(disk.folder());
        } catch (IOException e) {
            out.println("Without full-disk: a small file system cannot be mounted here (" + e.getMessage() + ").");
            return false;
        }
    }

    private Map<String, Object> about(long chosen, List<FaultKind> kinds) {
        Map<String, Object> about = new TreeMap<>();
        about.put("seed", chosen);
        about.put("minutes", minutes);
        about.put("every_seconds", every);
        about.put("instances", instances);
        about.put("brokers", brokers);
        about.put("shards", shards);
        about.put("partitions", partitions);
        about.put("documents_per_second", rate);
        about.put("kinds", kinds.stream().map(FaultKind::label).toList());
        about.put("settings", settings);
        about.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
        about.put("processors", Runtime.getRuntime().availableProcessors());
        return about;
    }
}
