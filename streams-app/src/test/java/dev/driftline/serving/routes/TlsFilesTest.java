package dev.driftline.serving.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.InvalidConfigException;
import dev.driftline.serving.http.HttpSettings;
import dev.driftline.serving.http.tls.TlsFiles;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An instance with a certificate speaks TLS, from a key store or from PEM, and to those only who trust it. */
class TlsFilesTest {

    private static final String PASSWORD = "changeit";

    @TempDir
    private static Path folder;

    private static Path keystore;
    private static Path certificate;
    private static Path key;

    /** With the JDK's own keytool. */
    @BeforeAll
    static void make() throws Exception {
        keystore = folder.resolve("instance.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "driftline",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=ip:127.0.0.1,dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        keystore.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(keytool.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(keytool.exitValue()).isZero();
        KeyStore store = KeyStore.getInstance(keystore.toFile(), PASSWORD.toCharArray());
        certificate = pem(
                "instance.pem", "CERTIFICATE", store.getCertificate("driftline").getEncoded());
        key = pem(
                "instance.key",
                "PRIVATE KEY",
                store.getKey("driftline", PASSWORD.toCharArray()).getEncoded());
    }

    private static Path pem(String name, String type, byte[] bytes) throws IOException {
        return Files.writeString(
                folder.resolve(name),
                "-----BEGIN " + type + "-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes) + "\n-----END " + type
                        + "-----\n");
    }

    @Test
    void shouldAnswerOverTlsWithAKeyStore() throws Exception {
        assertAnswers(Map.of("http.tls.keystore", keystore.toString(), "http.tls.keystore.password", PASSWORD));
    }

    @Test
    void shouldAnswerOverTlsWithPem() throws Exception {
        assertAnswers(Map.of("http.tls.certificate", certificate.toString(), "http.tls.key", key.toString()));
    }

    private static void assertAnswers(Map<String, String> settings) throws Exception {
        try (ServedModel served = new ServedModel(settings)) {
            URI address = URI.create(served.server.address() + "/v1/counts?ngram=the");
            assertThat(address.getScheme()).isEqualTo("https");
            HttpRequest request = HttpRequest.newBuilder(address).build();
            HttpResponse<String> answer = HttpClient.newBuilder()
                    .sslContext(TlsFiles.trustingOnly(certificate))
                    .build()
                    .send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThatThrownBy(() -> HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()))
                    .isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    void shouldSayWhatIsWrongWithTheFiles() {
        assertRefused(Map.of("http.tls.certificate", certificate.toString()), "http.tls.key");
        assertRefused(
                Map.of("http.tls.keystore", keystore.toString(), "http.tls.keystore.password", "wrong-word"),
                "http.tls.keystore.password");
        assertRefused(
                Map.of("http.tls.certificate", certificate.toString(), "http.tls.key", certificate.toString()),
                "PKCS #8");
        assertRefused(
                Map.of("http.tls.certificate", folder.resolve("none").toString(), "http.tls.key", key.toString()),
                "http.tls.certificate");
    }

    @Test
    void shouldRefuseAKeyThatIsNotOfTheCertificate() throws Exception {
        for (String type : List.of("RSA", "EC")) {
            byte[] other = KeyPairGenerator.getInstance(type)
                    .generateKeyPair()
                    .getPrivate()
                    .getEncoded();
            Path file = pem("other.key", "PRIVATE KEY", other);
            assertRefused(
                    Map.of("http.tls.certificate", certificate.toString(), "http.tls.key", file.toString()),
                    "is not the key of the first certificate");
        }
    }

    private static void assertRefused(Map<String, String> settings, String says) {
        assertThatThrownBy(() -> HttpSettings.of(DriftlineConfig.of(settings)))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining(says)
                .hasMessageNotContaining("wrong-word");
    }
}
