package dev.driftline.serving.query.instances;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.serving.http.HttpSettings;
import dev.driftline.serving.http.InstanceSecret;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.streams.state.HostInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The address of another instance is only what somebody wrote into the group: it gets no token, and is not believed unasked. */
class PeerInstancesTest {

    private static final String READ = "read-0123456789abcdef";
    private static final String OPERATE = "operate-0123456789abcdef";
    private static final String SECRET = "instances-0123456789abcdef";
    private static final byte[] ANSWER = InstanceAnswers.encode(List.of(Optional.of(new byte[] {7})));

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private HttpServer stranger;
    private HostInfo host;

    // How the stranger answers.
    private volatile int status = 200;
    private volatile byte[] answer = ANSWER;
    private volatile Optional<InstanceSecret> proves = Optional.empty();

    @BeforeEach
    void listen() throws IOException {
        stranger = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        host = new HostInfo("127.0.0.1", stranger.getAddress().getPort());
        stranger.createContext("/", exchange -> {
            exchange.getRequestHeaders().forEach((name, values) -> seen.add(name + ": " + values));
            seen.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
            String shown = exchange.getRequestHeaders().getFirst("Authorization");
            proves.ifPresent(secret -> exchange.getResponseHeaders()
                    .set(InstanceSecret.ANSWER_HEADER, secret.proveAnswer(InstanceSecret.numberOf(shown), answer)));
            exchange.sendResponseHeaders(status, answer.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(answer);
            } catch (IOException e) {
                // Whoever asked has heard enough.
                seen.add("cut off");
            }
        });
        stranger.start();
    }

    @AfterEach
    void stop() {
        stranger.stop(0);
    }

    @Test
    void shouldSendNoTokenAndNoSecretToAHostThatTheGroupNames() {
        List<Map<String, String>> all = List.of(
                Map.of("http.read.token", READ, "http.operate.token", OPERATE),
                Map.of("http.read.token", READ, "http.instance.secret", SECRET),
                Map.of("http.read.token", READ, "http.operate.token", OPERATE, "http.instance.secret", SECRET));
        for (Map<String, String> settings : all) {
            assertThatThrownBy(() -> ask(settings))
                    .isInstanceOf(PeerRefusedException.class)
                    .hasMessageContaining("does not prove")
                    .hasMessageContaining("http.instance.secret");
        }
        assertThat(String.join("\n", seen))
                .contains("Driftline-Instance ")
                .doesNotContain(READ)
                .doesNotContain(OPERATE)
                .doesNotContain(SECRET);
    }

    @Test
    void shouldBelieveAnAnswerThatProvesTheSameSecretAndNoOther() {
        proves = Optional.of(new InstanceSecret(SECRET));
        assertThat(ask(Map.of("http.read.token", READ, "http.instance.secret", SECRET)))
                .hasSize(1);
        proves = Optional.of(new InstanceSecret(SECRET + "-of-another"));
        assertThatThrownBy(() -> ask(Map.of("http.read.token", READ, "http.instance.secret", SECRET)))
                .isInstanceOf(PeerRefusedException.class);
    }

    @Test
    void shouldDeriveTheSecretFromTheTokenForOperatorsWhereNoneIsSet() {
        proves = Optional.of(new InstanceSecret(OPERATE));
        assertThat(ask(Map.of("http.operate.token", OPERATE))).hasSize(1);
    }

    @Test
    void shouldAskNobodyWithAReadTokenAlone() {
        assertThatThrownBy(() -> ask(Map.of("http.read.token", READ)))
                .isInstanceOf(PeerRefusedException.class)
                .hasMessageContaining("http.instance.secret");
        assertThat(seen).isEmpty();
    }

    @Test
    void shouldNeedNoSecretWithoutTokens() {
        assertThat(ask(Map.of())).hasSize(1);
    }

    @Test
    void shouldNotTakeARefusalOrALimitForAMovingShard() {
        status = 413;
        assertThatThrownBy(() -> ask(Map.of()))
                .isInstanceOf(MessageTooLargeException.class)
                .hasMessageContaining("http.bodies.max.bytes");
        status = 403;
        answer = "the message is refused".getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> ask(Map.of()))
                .isInstanceOf(PeerRefusedException.class)
                .hasMessageContaining("403")
                .hasMessageContaining("the message is refused");
        status = 422;
        assertThatThrownBy(() -> ask(Map.of())).isInstanceOf(IllegalArgumentException.class);
        status = 503;
        assertThatThrownBy(() -> ask(Map.of())).isInstanceOf(ShardUnavailableException.class);
    }

    @Test
    void shouldKeepNoMoreOfAnAnswerThanABodyMayHave() {
        answer = new byte[300 * 1024];
        assertThatThrownBy(() -> ask(Map.of("http.max.body.bytes", "64KiB", "http.bodies.max.bytes", "128KiB")))
                .isInstanceOf(MessageTooLargeException.class);
    }

    @Test
    void shouldTakeAnAnswerThatIsNoneForAnInstanceThatIsAway() {
        answer = new byte[] {1, -1, -1, -1, -1, 7};
        assertThatThrownBy(() -> ask(Map.of())).isInstanceOf(ShardUnavailableException.class);
        PeerInstances peers = new PeerInstances(HttpSettings.of(DriftlineConfig.defaults()));
        assertThat(peers.statuses(List.of(host))).containsValue(Optional.empty());
    }

    private List<Optional<byte[]>> ask(Map<String, String> settings) {
        PeerInstances peers = new PeerInstances(HttpSettings.of(DriftlineConfig.of(settings)));
        List<Optional<byte[]>> answers = new ArrayList<>();
        Map<HostInfo, List<InstanceQuery>> queries = new HashMap<>(Map.of(host, List.of(new InstanceQuery.Status())));
        peers.ask(queries, (from, came) -> answers.addAll(came));
        return answers;
    }
}
