package dev.driftline.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the configuration says of addresses, accounts and certificates reaches the registry. */
class RegistryConnectionTest {

    private static final String PASSWORD = "changeit";
    private static final int SCHEMA_ID = 7;

    private HttpServer registry;
    private volatile int status = 200;
    private volatile String requiredAuthorization;

    @AfterEach
    void stopRegistry() {
        if (registry != null) {
            registry.stop(0);
        }
    }

    @Test
    void shouldTryTheNextAddressWhenOneDoesNotAnswer() throws Exception {
        start(HttpServer.create(loopback(), 0));

        assertThat(read(Map.of(
                        SchemaRegistrySerdes.URL,
                        "http://127.0.0.1:1, " + address("http"),
                        // It tries the first address several times, a second or more after each other by default.
                        "retries.wait.ms",
                        "1",
                        "retries.max.wait.ms",
                        "1")))
                .isEqualTo(Samples.document());
    }

    @Test
    void shouldSendBasicAuthWhenUserInfoIsGiven() throws Exception {
        requiredAuthorization =
                "Basic " + Base64.getEncoder().encodeToString("drift:l1ne".getBytes(StandardCharsets.UTF_8));
        start(HttpServer.create(loopback(), 0));

        Map<String, String> config = Map.of(
                SchemaRegistrySerdes.URL,
                address("http"),
                "basic.auth.credentials.source",
                "USER_INFO",
                "basic.auth.user.info",
                "drift:l1ne");
        assertThat(read(config)).isEqualTo(Samples.document());
    }

    @Test
    void shouldSayUnavailableAndNotMalformedWhenCredentialsAreRefused() throws Exception {
        requiredAuthorization = "Basic something else";
        start(HttpServer.create(loopback(), 0));

        assertThatThrownBy(() -> read(Map.of(SchemaRegistrySerdes.URL, address("http"))))
                .isInstanceOf(RegistryUnavailableException.class);
    }

    @Test
    void shouldSayUnavailableAndNotMalformedWhenRegistryFails() throws Exception {
        status = 500;
        start(HttpServer.create(loopback(), 0));

        assertThatThrownBy(() -> read(Map.of(SchemaRegistrySerdes.URL, address("http"), "max.retries", "0")))
                .isInstanceOf(RegistryUnavailableException.class);
    }

    @Test
    void shouldTrustTheCertificateWhenItIsInTheTrustStore(@TempDir Path folder) throws Exception {
        Path store = selfSigned(folder);
        start(https(store));

        Map<String, String> config = new HashMap<>();
        config.put(SchemaRegistrySerdes.URL, address("https"));
        config.put("max.retries", "0");
        assertThatThrownBy(() -> read(config))
                .as("an unknown certificate")
                .isInstanceOf(RegistryUnavailableException.class);

        config.put("schema.registry.ssl.truststore.location", store.toString());
        config.put("schema.registry.ssl.truststore.password", PASSWORD);
        config.put("schema.registry.ssl.truststore.type", "PKCS12");
        assertThat(read(config)).isEqualTo(Samples.document());
    }

    private static Document read(Map<String, ?> config) throws IOException {
        try (Deserializer<Document> deserializer = new SchemaRegistrySerdes(config).deserializer(Document.class)) {
            return deserializer.deserialize("documents", record());
        }
    }

    private static byte[] record() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(ByteBuffer.allocate(5).put((byte) 0).putInt(SCHEMA_ID).array());
        var encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
        new SpecificDatumWriter<>(Document.class).write(Samples.document(), encoder);
        encoder.flush();
        return bytes.toByteArray();
    }

    private void start(HttpServer server) {
        registry = server;
        server.createContext("/schemas/ids/" + SCHEMA_ID, this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        boolean allowed = requiredAuthorization == null || requiredAuthorization.equals(authorization);
        String schema = Subjects.schemaOf(Document.class).toString();
        String body = !allowed
                ? "{\"error_code\":401,\"message\":\"who are you\"}"
                : status != 200
                        ? "{\"error_code\":50001,\"message\":\"out of order\"}"
                        : "{\"schema\":\"" + schema.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}";
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/vnd.schemaregistry.v1+json");
        exchange.sendResponseHeaders(allowed ? status : 401, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private String address(String protocol) {
        return protocol + "://localhost:" + registry.getAddress().getPort();
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static Path selfSigned(Path folder) throws Exception {
        Path store = folder.resolve("registry.p12");
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        Process process = new ProcessBuilder(
                        keytool.toString(),
                        "-genkeypair",
                        "-alias",
                        "registry",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.log").toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("keytool ends").isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(folder.resolve("keytool.log")))
                .isZero();
        return store;
    }

    private static HttpsServer https(Path store) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(loopback(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        return server;
    }
}
