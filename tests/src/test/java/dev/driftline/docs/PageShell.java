package dev.driftline.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.driftline.embedded.ParentBound;
import dev.driftline.testing.ClassArchive;
import dev.driftline.testing.Cluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A shell in a folder that stands for a checkout, with a {@code ./driftline} that runs what is under test. Runs the commands
 * of a page with this broker and registry in place of the page's.
 */
final class PageShell {

    private final Path folder;
    private final Map<String, String> replacements = new LinkedHashMap<>();
    private final Map<String, String> environment = new HashMap<>();

    /** Makes the launcher in {@code folder}: that of the checkout builds first where sources are newer. */
    PageShell(Path folder, Cluster cluster) throws IOException {
        this.folder = folder;
        replacing("http://localhost:8081", cluster.registryUrl());
        replacing("http://registry:8081", cluster.registryUrl());
        replacing("localhost:9092", cluster.bootstrapServers());
        replacing("kafka:9092", cluster.bootstrapServers());
        Path launcher = folder.resolve("driftline");
        String java = "'" + System.getProperty("java.home") + "/bin/java'";
        String command = " -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dlogback.configurationFile=logback.xml "
                + ParentBound.class.getName() + " dev.driftline.cli.Driftline \"$@\"\n";
        Files.writeString(
                launcher,
                "#!/usr/bin/env bash\nclasses=()\n" + archives() + ClassArchive.firstCommand(java, command) + "exec "
                        + java + " \"${classes[@]}\"" + command);
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
        environment.put("CLASSPATH", ClassArchive.CLASS_PATH);
    }

    /** Lines of the launcher that choose the archive of classes to start from, the best of those that there are by then. */
    private static String archives() {
        return ClassArchive.files().stream()
                .sorted() // 'command' before 'run': the last one wins
                .map(file -> "[ -e '" + file + "' ] && classes=("
                        + String.join(
                                " ",
                                ClassArchive.using(file).stream()
                                        .map(option -> "'" + option + "'")
                                        .toList())
                        + ")\n")
                .collect(Collectors.joining());
    }

    /** Skips the test where one of these commands is not installed. */
    static void assumeCommands(String what, String... commands) throws IOException, InterruptedException {
        for (String command : commands) {
            assumeTrue(succeeds("command -v " + command), what + " needs " + command + ": install it");
        }
    }

    /** Whether a command ends with 0. */
    static boolean succeeds(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("bash", "-c", command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(1, TimeUnit.MINUTES) && process.exitValue() == 0;
    }

    /** What the page calls {@code written} is {@code here}. Replaced in the order in which it is said. */
    PageShell replacing(String written, String here) {
        replacements.put(written, here);
        return this;
    }

    /** Sets an environment variable. Those of Driftline that this JVM has are not passed on. */
    PageShell with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** Starts a script; what it prints, errors too, goes to {@code output}. Whoever starts it {@linkplain #kill kills} it. */
    Process start(String commands, Path output) throws IOException {
        String script = "set -euo pipefail\n" + commands;
        for (Map.Entry<String, String> replacement : replacements.entrySet()) {
            script = script.replace(replacement.getKey(), replacement.getValue());
        }
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", script)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(variable -> variable.startsWith("DRIFTLINE_"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** What a script prints, errors too. Fails where a command fails, and where it takes longer than {@code atMost}. */
    String run(String commands, Duration atMost) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "output", ".txt");
        Process process = start(commands, output);
        boolean ended;
        try {
            ended = process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            end(process);
        }
        String printed = Files.readString(output);
        assertThat(ended)
                .as("ended within " + atMost + ": " + commands + printed)
                .isTrue();
        assertThat(process.exitValue()).as(commands + printed).isZero();
        return printed;
    }

    private static void end(Process process) {
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).forEach(ProcessHandle::destroy);
    }

    /** {@code kill -9} of a script and of all that it has started. */
    static void kill(Process process) {
        Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList()
                .forEach(ProcessHandle::destroyForcibly);
    }
}
