package dev.driftline.serving.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.InvalidConfigException;
import dev.driftline.serving.http.Access;
import dev.driftline.serving.http.HttpSettings;
import dev.driftline.serving.http.RouteGroup;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may ask, and where a server listens that nobody has to show a token to. */
class BearerCredentialsTest {

    private static final String READ = "read-0123456789abcdef";
    private static final String OPERATE = "operate-0123456789abcdef";
    private static final RouteGroup OPERATING =
            routes -> routes.post("/operate", context -> context.result("done"), Access.OPERATE);
    private static final RouteGroup OPEN = routes -> routes.get("/open", context -> context.result("ok"), Access.OPEN);

    @Test
    void shouldLetNobodyInWithoutATokenWhereTokensAreOn() throws Exception {
        try (ServedModel served =
                new ServedModel(Map.of("http.read.token", READ, "http.operate.token", OPERATE), OPERATING, OPEN)) {
            HttpResponse<String> refused = served.send("GET", "/v1/counts?ngram=the", "");
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.headers().firstValue("WWW-Authenticate").orElseThrow())
                    .startsWith("Bearer");
            assertThat(refused.body()).contains("token-required").doesNotContain(READ);
            assertThat(status(served, "GET", "/v1/counts?ngram=the", "wrong-0123456789abcdef"))
                    .isEqualTo(401);
            assertThat(status(served, "GET", "/v1/counts?ngram=the", READ)).isEqualTo(200);
            assertThat(status(served, "GET", "/v1/counts?ngram=the", OPERATE)).isEqualTo(200);
            assertThat(status(served, "POST", "/operate", READ)).isEqualTo(403);
            assertThat(status(served, "POST", "/operate", OPERATE)).isEqualTo(200);
            assertThat(served.send("GET", "/open", "").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void shouldLetNobodyOperateWithATokenForReadingAlone() throws Exception {
        try (ServedModel served = new ServedModel(Map.of("http.read.token", READ), OPERATING)) {
            HttpResponse<String> refused = served.send("POST", "/operate", "", "Authorization", "Bearer " + READ);
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.body()).contains("http.operate.token is not set");
        }
    }

    @Test
    void shouldReadATokenFromAFile(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("token"), READ + "\n");
        try (ServedModel served = new ServedModel(Map.of("http.read.token", "file:" + file))) {
            assertThat(status(served, "GET", "/v1/counts?ngram=the", READ)).isEqualTo(200);
        }
    }

    @Test
    void shouldRefuseToListenBeyondLoopbackWithoutAToken() {
        assertThatThrownBy(() -> HttpSettings.of(DriftlineConfig.of(Map.of("http.host", "0.0.0.0"))))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("http.host=0.0.0.0")
                .hasMessageContaining("http.read.token")
                .hasMessageContaining("http.allow.insecure=true");
        assertThat(HttpSettings.of(DriftlineConfig.of(Map.of(
                                "http.host", "0.0.0.0", "http.advertised.host", "box", "http.allow.insecure", "true")))
                        .host())
                .isEqualTo("0.0.0.0");
        assertThat(HttpSettings.of(DriftlineConfig.of(
                                Map.of("http.host", "0.0.0.0", "http.advertised.host", "box", "http.read.token", READ)))
                        .credentials()
                        .required())
                .isTrue();
        assertThat(HttpSettings.of(DriftlineConfig.of(Map.of("http.host", "localhost")))
                        .credentials()
                        .required())
                .isFalse();
    }

    @Test
    void shouldRefuseATokenThatIsTooShortAndNeverPrintOne() {
        assertThatThrownBy(() -> HttpSettings.of(DriftlineConfig.of(Map.of("http.read.token", "secret"))))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("16")
                .hasMessageNotContaining("secret");
        DriftlineConfig config = DriftlineConfig.of(Map.of(
                "http.read.token", READ, "http.operate.token", OPERATE, "http.tls.keystore.password", "pass-word"));
        assertThat(config.describe())
                .doesNotContain(READ)
                .doesNotContain(OPERATE)
                .doesNotContain("pass-word");
        HttpSettings settings = HttpSettings.of(DriftlineConfig.of(Map.of("http.read.token", READ)));
        assertThat(settings.toString()).doesNotContain(READ);
    }

    private static int status(ServedModel served, String method, String path, String token) throws Exception {
        return served.send(method, path, "", "Authorization", "Bearer " + token).statusCode();
    }
}
