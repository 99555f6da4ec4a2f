package dev.driftline.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {

    private static final String JAVA = "#!/usr/bin/env bash\nprintf '%s\\n' \"pid $$\" \"$@\"\n";
    private static final String VECTORS = "--add-modules=jdk.incubator.vector";
    private static final String MAVEN = """
            #!/usr/bin/env bash
            echo "$JAVA_HOME $*" >> mvn-calls
            if [ -n "${MAVEN_FAILS:-}" ]; then
                echo "[ERROR] Something broke -> [Help 1]"
                echo "[ERROR] To see the full stack trace of the errors, re-run Maven with the -e switch."
                exit 1
            fi
            mkdir -p streams-app/target/lib tests/target/lib
            touch streams-app/target/streams-app-1.jar tests/target/tests-1.jar
            """;

    /** What a run printed. */
    private record Result(int status, List<String> out, String err) {}

    @TempDir
    private Path folder;

    private Path checkout;
    private Path bin;
    private Path launcher;

    @BeforeEach
    void copyLauncher() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "the launcher needs bash");
        checkout = Files.createDirectories(folder.resolve("a check out"));
        bin = Files.createDirectories(folder.resolve("bin"));
        Path source = Path.of("../driftline").toAbsolutePath().normalize();
        launcher = Files.copy(source, checkout.resolve("driftline"), StandardCopyOption.COPY_ATTRIBUTES);
        for (String module : List.of(".", "schemas", "model-scorer", "subword-tokenizers", "streams-app", "tests")) {
            Files.createDirectories(checkout.resolve(module).resolve("src/main"));
            writeOld(checkout.resolve(module).resolve("pom.xml"));
        }
        for (String tool : List.of(
                "bash",
                "cat",
                "dirname",
                "env",
                "find",
                "flock",
                "grep",
                "head",
                "mkdir",
                "readlink",
                "rm",
                "sed",
                "tail",
                "tee",
                "touch",
                "tr")) {
            for (String directory : List.of("/usr/bin", "/bin")) {
                Path original = Path.of(directory, tool);
                if (Files.exists(original) && !Files.exists(bin.resolve(tool))) {
                    script(bin.resolve(tool), "#!/bin/sh\nexec " + original + " \"$@\"\n");
                }
            }
        }
        script(bin.resolve("mvn"), MAVEN);
    }

    @Test
    void shouldBuildOnceAndSayItOnStandardErrorWhenUsedTheFirstTime() throws Exception {
        Path jdk = jdk("17.0.15");

        Result first = run(jdk, Map.of(), "scores", "--json");
        Result second = run(jdk, Map.of(), "scores", "--json");

        assertThat(first.status()).isZero();
        assertThat(first.err()).contains("Building Driftline (first use");
        assertThat(first.out())
                .contains("dev.driftline.cli.Driftline", "scores", "--json")
                .noneMatch(line -> line.contains("Building"));
        assertThat(second.err()).isEmpty();
        assertThat(mavenCalls()).containsExactly(jdk + " -B package -Dmaven.test.skip=true -Dstyle.color=never");
    }

    @Test
    void shouldArchiveClassesAtTheEndOfTheFirstRunAndStartTheNextOnesFromThat() throws Exception {
        Path jdk = jdk("17.0.15");
        Path archive = checkout.resolve("streams-app/target/classes-17.jsa");

        assertThat(run(jdk, Map.of(), "run").out()).contains("-XX:ArchiveClassesAtExit=" + archive);
        Files.writeString(archive, "an archive");
        Files.setLastModifiedTime(archive, FileTime.from(Instant.now().plusSeconds(60)));
        assertThat(run(jdk, Map.of(), "run").out()).contains("-XX:SharedArchiveFile=" + archive);
        assertThat(run(jdk, Map.of(), "scores").out()).noneMatch(line -> line.contains("Archive"));

        Files.setLastModifiedTime(archive, FileTime.from(Instant.EPOCH));
        assertThat(run(jdk, Map.of(), "run").out())
                .as("of an older build")
                .contains("-XX:ArchiveClassesAtExit=" + archive);
    }

    @Test
    void shouldBuildAgainWhenASourceIsNewerThanTheBuild() throws Exception {
        Path jdk = jdk("17.0.15");
        run(jdk, Map.of(), "x");
        Path source = Files.writeString(checkout.resolve("model-scorer/src/main/New.java"), "class New {}");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));

        assertThat(run(jdk, Map.of(), "x").err()).contains("sources are newer");
        assertThat(mavenCalls()).hasSize(2);
    }

    @Test
    void shouldShowMavensErrorWithoutItsAdviceWhenTheBuildFails() throws Exception {
        Result result = run(jdk("17.0.15"), Map.of("MAVEN_FAILS", "yes"), "x");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err())
                .contains("Something broke", "the build failed", "launcher-build.log")
                .doesNotContain("Help 1", "full stack trace");
        assertThat(run(jdk("17.0.15"), Map.of(), "x").status())
                .as("builds when it can again")
                .isZero();
    }

    @Test
    void shouldSayWhatToInstallWhenMavenIsMissing() throws Exception {
        Files.delete(bin.resolve("mvn"));

        Result result = run(jdk("17.0.15"), Map.of(), "x");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("Maven (mvn) is not installed");
    }

    @Test
    void shouldRefuseJavaHomeWhenItIsTooOldOrNoJdk() throws Exception {
        Result old = run(jdk("11.0.2"), Map.of(), "x");
        Result none = run(folder.resolve("nowhere"), Map.of(), "x");

        assertThat(old.status()).isEqualTo(1);
        assertThat(old.err()).contains("JAVA_HOME is Java 11, and Driftline needs 17 or newer");
        assertThat(none.status()).isEqualTo(1);
        assertThat(none.err()).contains("there is no bin/java in it");
    }

    @Test
    void shouldReadTheOldVersionSchemeWhenJavaIsEight() throws Exception {
        assertThat(run(jdk("1.8.0_402"), Map.of(), "x").err()).contains("JAVA_HOME is Java 8,");
    }

    @Test
    void shouldPassTheOptionsThatEachJavaVersionKnows() throws Exception {
        List<String> on17 = run(jdk("17.0.15"), Map.of(), "x").out();
        List<String> on25 = run(jdk("25"), Map.of(), "x").out();

        assertThat(on17).contains("-Dorg.apache.avro.SERIALIZABLE_PACKAGES=dev.driftline.schemas");
        assertThat(on17).doesNotContain("--enable-native-access=ALL-UNNAMED");
        assertThat(on25).contains("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
    }

    @Test
    void shouldPassArgumentsUnchangedAndOptionsOfTheEnvironment() throws Exception {
        List<String> out = run(
                        jdk("17.0.15"),
                        Map.of("DRIFTLINE_JAVA_OPTS", "-Xmx3g -Da=b"),
                        "counts",
                        "students opened their",
                        "",
                        "*")
                .out();

        assertThat(out).containsSubsequence("-Xmx3g", "-Da=b", "-cp");
        assertThat(out).endsWith("dev.driftline.cli.Driftline", "counts", "students opened their", "", "*");
    }

    @Test
    void shouldAskForVectorsOnlyWhereANetworkMayRun() throws Exception {
        Path jdk = jdk("17.0.15");

        for (String command : List.of("demo", "run", "train", "evaluate", "filter", "generate", "encode", "bench")) {
            assertThat(run(jdk, Map.of(), command, "x").out()).as(command).contains(VECTORS);
            assertThat(run(jdk, Map.of(), command, "--help").out())
                    .as(command + " --help")
                    .filteredOn(argument -> !command.equals("bench"))
                    .doesNotContain(VECTORS);
        }
        assertThat(run(jdk, Map.of(), "--verbose", "demo").out()).contains(VECTORS);
        for (String command : List.of("--version", "topics", "scores", "config", "counts", "snapshots", "produce")) {
            assertThat(run(jdk, Map.of(), command, "demo").out()).as(command).doesNotContain(VECTORS);
        }
        assertThat(run(jdk, Map.of()).out()).doesNotContain(VECTORS);
    }

    @Test
    void shouldTakeTheWarningOfVectorsAndNothingElseOutOfWhatTheJvmSays() throws Exception {
        Path jdk = jdk("17.0.15");
        script(jdk.resolve("bin/java"), """
                #!/usr/bin/env bash
                echo 'WARNING: Using incubator modules: jdk.incubator.vector' >&2
                echo 'said by the JVM' >&2
                echo 'said by Driftline' >&3
                printf 'the end, without a new line' >&2
                """);

        run(jdk, Map.of(), "demo");

        await().untilAsserted(() -> assertThat(Files.readAllLines(folder.resolve("stderr")))
                .contains("said by the JVM", "said by Driftline", "the end, without a new line")
                .noneMatch(line -> line.startsWith("WARNING")));
    }

    @Test
    void shouldUseUtf8WhenTheLocaleHasNoCharacterSet() throws Exception {
        Path jdk = jdk("17.0.15");
        script(jdk.resolve("bin/java"), "#!/usr/bin/env bash\necho \"${LC_ALL:-}\"\n");
        script(bin.resolve("locale"), """
                #!/usr/bin/env bash
                if [ "$1" = charmap ]; then
                    if [ "${LC_ALL:-}" = de_DE ]; then echo ISO-8859-1; else echo ANSI_X3.4-1968; fi
                else
                    printf '%s\\n' C POSIX C.utf8
                fi
                """);

        assertThat(run(jdk, Map.of("LC_ALL", "C"), "x").out()).containsExactly("C.utf8");
        assertThat(run(jdk, Map.of("LC_ALL", "de_DE"), "x").out()).containsExactly("de_DE");
    }

    @Test
    void shouldRunTheTortureOfTheTestsModule() throws Exception {
        List<String> out =
                run(jdk("17.0.15"), Map.of(), "torture", "--seed", "3").out();

        assertThat(out).endsWith("dev.driftline.torture.Torture", "--seed", "3").doesNotContain(VECTORS);
        assertThat(out.get(out.indexOf("-cp") + 1)).contains("tests/target/tests-1.jar", "streams-app/target/lib/*");
    }

    @Test
    void shouldRunTheBenchmarkOfTheTestsModule() throws Exception {
        List<String> out =
                run(jdk("17.0.15"), Map.of(), "bench", "--only", "latency").out();

        assertThat(out).endsWith("dev.driftline.bench.Bench", "--only", "latency");
        assertThat(out.get(out.indexOf("-cp") + 1)).contains("tests/target/tests-1.jar", "streams-app/target/lib/*");
    }

    @Test
    void shouldBecomeJavaSoThatSignalsReachIt() throws Exception {
        Path jdk = jdk("17.0.15");
        run(jdk, Map.of(), "x");
        Process process = start(jdk, Map.of(), "x");
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(output.lines().findFirst()).contains("pid " + process.pid());
    }

    private Path jdk(String version) throws IOException {
        Path home = folder.resolve("jdk-" + version);
        Files.createDirectories(home.resolve("bin"));
        script(home.resolve("bin/java"), JAVA);
        script(home.resolve("bin/javac"), JAVA);
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void writeOld(Path file) throws IOException {
        Files.writeString(file, "<project/>");
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(3600)));
    }

    private List<String> mavenCalls() throws IOException {
        return Files.readAllLines(checkout.resolve("mvn-calls"));
    }

    private Process start(Path javaHome, Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(Arrays.asList(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().put("PATH", bin.toString());
        builder.environment().put("JAVA_HOME", javaHome.toString());
        builder.environment().putAll(environment);
        builder.redirectError(folder.resolve("stderr").toFile());
        return builder.start();
    }

    private Result run(Path javaHome, Map<String, String> environment, String... arguments) throws Exception {
        Process process = start(javaHome, environment, arguments);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        List<String> lines = Arrays.asList(output.split("\n", -1));
        return new Result(
                process.exitValue(), lines.subList(0, lines.size() - 1), Files.readString(folder.resolve("stderr")));
    }
}
