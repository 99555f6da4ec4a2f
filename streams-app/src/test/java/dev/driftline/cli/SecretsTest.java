package dev.driftline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.terminal.CleanOutput;
import dev.driftline.terminal.Secrets;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No command says a secret, whatever is wrong with it and whoever says so. */
class SecretsTest {

    private static final String SECRET = "Tr0ub4dor";

    @TempDir
    Path folder;

    @AfterEach
    void quiet() {
        Logs.quiet();
    }

    private String run(String... arguments) {
        StringWriter written = new StringWriter();
        PrintWriter printer = new PrintWriter(written, true);
        Driftline.execute(printer, printer, arguments);
        return written.toString();
    }

    /** Each is wrong, so that something is said about it. */
    static Stream<String> settings() {
        String jaas = "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"me\" password=\""
                + SECRET + "\"";
        return Stream.of(
                "schema.registry.url=http://me:" + SECRET + "@127.0.0.1:1",
                "schema.registry.url=ftp://me:" + SECRET + "@127.0.0.1:1",
                "schema.registry.url=http://me:a/" + SECRET + "@127.0.0.1:1",
                "schema.registry.url=http://127.0.0.1:1?token=" + SECRET,
                "schema.registry.basic.auth.user.info=me:" + SECRET,
                "schema.registry.bearer.auth.token=" + SECRET,
                "schema.registry.ssl.keystore.password=" + SECRET,
                "kafka.sasl.jaas.config=" + jaas,
                "kafka.sasl.jaas.config=" + SECRET,
                "consumer.sasl.jaas.config=" + jaas + ";",
                "kafka.ssl.key.password=" + SECRET,
                "kafka.ssl.keystore.key=" + SECRET,
                "admin.ssl.truststore.password=" + SECRET,
                "kafka.sasl.oauthbearer.client.credentials.client.secret=" + SECRET,
                "bootstrap.servers=http://me:" + SECRET + "@127.0.0.1:1",
                "http.read.token=" + SECRET,
                "http.operate.token=" + SECRET,
                "http.tls.keystore.password=" + SECRET);
    }

    static Stream<Arguments> commands() {
        return settings()
                .flatMap(setting -> Stream.of("config", setting.startsWith("schema") ? "scores" : "topics list")
                        .map(command -> Arguments.of(command, setting)));
    }

    @ParameterizedTest
    @MethodSource("commands")
    @Timeout(value = 30, unit = TimeUnit.SECONDS)
    void shouldKeepASecretOutOfEverythingThatACommandPrintsWhenItIsWrong(String command, String setting) {
        List<String> line = new ArrayList<>(List.of(command.split(" ")));
        line.addAll(List.of("--verbose", "--set", setting));
        if (!setting.startsWith("bootstrap")) {
            line.addAll(List.of("--set", "bootstrap.servers=127.0.0.1:1"));
        }
        line.addAll(List.of("--set", "state.dir=" + folder));
        if (setting.contains("sasl")) {
            line.addAll(List.of("--set", "kafka.security.protocol=SASL_PLAINTEXT"));
            line.addAll(List.of("--set", "kafka.sasl.mechanism=PLAIN"));
        }
        if (setting.contains(".ssl.")) {
            line.addAll(List.of("--set", "kafka.security.protocol=SSL"));
            line.addAll(List.of("--set", "kafka.ssl.keystore.location=" + folder.resolve("none.p12")));
        }
        for (String timeout : List.of(
                "admin.default.api.timeout.ms=300",
                "admin.request.timeout.ms=200",
                "consumer.default.api.timeout.ms=300")) {
            line.addAll(List.of("--set", timeout));
        }

        String printed = run(line.toArray(String[]::new));

        assertThat(printed).isNotBlank().doesNotContain(SECRET);
    }

    @Test
    void shouldKeepASecretOutOfTheMessageWhenTheEnvironmentOrAFileSetsIt() throws Exception {
        Path file = Files.writeString(
                folder.resolve("driftline.properties"),
                "http.operate.token=short-" + SECRET.charAt(0) + "\nmodel.order=x\n");

        assertThat(run("config", "--config", file.toString()))
                .contains("model.order=x")
                .doesNotContain("short-T");

        DriftlineConfig.load(Optional.empty(), Map.of("DRIFTLINE_KAFKA_SSL_KEY_PASSWORD", "from-env-77"), Map.of());
        assertThat(Secrets.mask("cannot decrypt with from-env-77.")).isEqualTo("cannot decrypt with ********.");
    }

    @Test
    void shouldKeepTheTokenOfAnInstanceOutOfTheMessage() {
        assertThat(run("counts", "--instance", "http://me:" + SECRET + "@127.0.0.1:1", "--token", SECRET, "word"))
                .isNotBlank()
                .doesNotContain(SECRET);
        assertThat(run("counts", "--instance", "http://127.0.0.1:1", "--token", SECRET + "\u0001", "word"))
                .isNotBlank()
                .doesNotContain(SECRET);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET http://a.example/x?access_token=abcdef99&y=1 failed",
                "https://user:abcdef99@host:8081/subjects: 401",
                "Authorization: Bearer abcdef99 was refused",
                "https://user:p@abcdef99@host/"
            })
    void shouldMaskWhatIsASecretByItsPlace(String message) {
        assertThat(Secrets.mask(message)).contains(Secrets.MASK).doesNotContain("abcdef99");
    }

    @Test
    void shouldLeaveOrdinaryMessagesAsTheyAre() {
        Secrets.learn("abc");
        for (String message : List.of(
                "no such file: /a/b@c",
                "the key= of a record",
                "abc",
                "mail me@example.org",
                "http://host:8081/subjects/a")) {
            assertThat(Secrets.mask(message)).isEqualTo(message);
        }
    }

    @Test
    void shouldMaskAMessageThatIsPrinted() {
        Secrets.learn("hunter2-hunter2");
        StringWriter written = new StringWriter();

        CleanOutput.ofMessages(new PrintWriter(written)).println("refused: hunter2-hunter2");

        assertThat(written.toString().strip()).isEqualTo("refused: " + Secrets.MASK);
    }
}
