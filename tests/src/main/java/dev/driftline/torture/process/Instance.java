package dev.driftline.torture.process;

import dev.driftline.codec.FolderTree;
import dev.driftline.embedded.ChildProcess;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** An instance of the service: {@code driftline run} in a process of its own. */
public final class Instance extends Member {

    private static final String TRAINER_ELSEWHERE = "driftline_trainer_activity{activity=\"elsewhere\"} ";

    private final Path config;
    private final Path logFile;
    private final Path state;
    private final InstanceLog log;
    private volatile ChildProcess process;

    /** Starts it. */
    Instance(String name, Path folder, Path config, Path state) {
        super(name);
        this.config = config;
        this.state = state;
        logFile = folder.resolve("log.txt");
        log = new InstanceLog(logFile);
        process = launched();
    }

    private ChildProcess launched() {
        List<String> options = new ArrayList<>(List.of(
                "-Xmx448m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dfile.encoding=UTF-8",
                "-Dlogback.configurationFile=logback.xml",
                "-Dorg.apache.avro.SERIALIZABLE_PACKAGES=dev.driftline.schemas"));
        if (Runtime.version().feature() >= 24) {
            options.add("--enable-native-access=ALL-UNNAMED");
        }
        return ChildProcess.start(
                Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                        .map(entry -> Path.of(entry).toAbsolutePath().toString())
                        .toList(),
                options,
                "dev.driftline.cli.Driftline",
                List.of("run", "--config", config.toString()),
                logFile);
    }

    @Override
    public ChildProcess process() {
        return process;
    }

    @Override
    void launch() {
        log.begin();
        process = launched();
    }

    /** Whether it has what it was assigned, and waits for nothing. */
    @Override
    public boolean isHealthy() {
        return isAlive()
                && log.address()
                        .map(address -> Http.status(address + "/health/ready") == 200)
                        .orElse(false);
    }

    /** What the names of its Kafka clients begin with. */
    public String clients() {
        return name() + "-";
    }

    /** Whether stores are being restored here. */
    public boolean isRestoring() {
        return isAlive() && log.isRestoring();
    }

    /** Whether it waits for its share of the partitions, or restores it. */
    public boolean isRebalancing() {
        return isAlive() && log.isRebalancing();
    }

    /** Whether its trainer is at a round. */
    public boolean isTraining() {
        return isAlive() && log.isTraining();
    }

    /** Whether the trainer is here; false where it does not answer. */
    public boolean hasTrainer() {
        return log.address()
                .flatMap(address -> Http.body(address + "/metrics"))
                .filter(metrics -> metrics.contains(TRAINER_ELSEWHERE + "0"))
                .isPresent();
    }

    /** What it said went wrong, since the last call. */
    public List<String> takeWrong() {
        return log.takeWrong().stream().map(line -> name() + ": " + line).toList();
    }

    /** The folder of its stores. */
    public Path state() {
        return state;
    }

    /** Loses its stores, as on a new machine. It must be down. */
    public void loseState() {
        try (Stream<Path> inside = Files.exists(state) ? Files.list(state) : Stream.empty()) {
            for (Path path : inside.toList()) {
                FolderTree.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot empty " + state, e);
        }
    }
}
