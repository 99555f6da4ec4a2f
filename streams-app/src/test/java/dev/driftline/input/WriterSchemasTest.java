package dev.driftline.input;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.RegistryUnavailableException;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.Subjects;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The genuine client of the registry against answers that registries and proxies give. */
@Order(1)
class WriterSchemasTest {

    private static final int ID = 7;
    private static final String UNKNOWN = "{\"error_code\": 40403, \"message\": \"Schema 7 not found\"}";

    private record Answer(int status, String body) {}

    /** Answers by path, one after the other; the last of a path stays. */
    private final Map<String, Deque<Answer>> answers = new ConcurrentHashMap<>();

    private final List<Long> pauses = new ArrayList<>();
    private long now;
    private HttpServer server;
    private SchemaRegistryClient client;
    private WriterSchemas schemas;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        client = new SchemaRegistrySerdes(Map.of(
                        SchemaRegistrySerdes.URL,
                        "http://127.0.0.1:" + server.getAddress().getPort()))
                .impatientClient();
        schemas = new WriterSchemas(client, "documents", Document.class, new WriterSchemas.Pace() {
            @Override
            public long now() {
                return now;
            }

            @Override
            public void pause(long ms) {
                pauses.add(ms);
                now += ms;
            }
        });
        answers("/subjects/documents-value/versions", new Answer(200, "[1]"));
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.stop(0);
    }

    private void answers(String path, Answer... given) {
        answers.put(path, new ArrayDeque<>(List.of(given)));
    }

    private void answers(Answer... given) {
        answers("/schemas/ids/" + ID, given);
    }

    private void answer(HttpExchange exchange) throws IOException {
        Deque<Answer> left = answers.get(exchange.getRequestURI().getPath());
        Answer answer = left == null ? new Answer(404, "") : left.size() > 1 ? left.removeFirst() : left.getFirst();
        byte[] body = answer.body().getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/vnd.schemaregistry.v1+json");
        exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static Answer schema(String type, String schema) {
        return new Answer(
                200,
                "{\"schemaType\": \"" + type + "\", \"schema\": \""
                        + schema.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}");
    }

    private static Answer good() {
        return schema("AVRO", Subjects.schemaOf(Document.class).toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0000',
            value = {
                "JSON | {\"type\": \"object\"} | schema 7 is of type JSON, expected AVRO",
                "PROTOBUF | syntax = \"proto3\"; message D {} | schema 7 is of type PROTOBUF, expected AVRO",
                "AVRO | {\"type\": \"record\", \"namespace\": \"a-b\", \"name\": \"D\", \"fields\": []} | hyphen",
                "AVRO | {\"type\": \"record\" | not valid Avro",
                "AVRO | \"string\" | cannot be read as dev.driftline.schemas.Document"
            })
    void shouldRejectASchemaThatIsNotReadableAvro(String type, String schema, String message) {
        answers(schema(type, schema));

        Throwable why = catchThrowable(() -> schemas.writer(ID));

        assertThat(why).isInstanceOf(Rejection.class).hasMessageContaining(message);
        assertThat(((Rejection) why).reason()).isEqualTo(DeadLetterReason.WRONG_SCHEMA);
    }

    @ParameterizedTest
    @CsvSource({"400", "401", "403", "422"})
    void shouldRejectAnIdThatARegistryRefusesWhichAnswersOtherRequests(int status) {
        answers(new Answer(status, "{\"error_code\": " + status + "01, \"message\": \"not for you\"}"));

        Throwable why = catchThrowable(() -> schemas.writer(ID));

        assertThat(why).isInstanceOf(Rejection.class).hasMessageContaining("not for you");
        assertThat(((Rejection) why).reason()).isEqualTo(DeadLetterReason.REFUSED_SCHEMA);
    }

    @ParameterizedTest
    @CsvSource({"401", "403"})
    void shouldTakeCredentialsThatAreRefusedEverywhereForAnOutage(int status) {
        Answer refused = new Answer(status, "{\"error_code\": " + status + "01, \"message\": \"who are you\"}");
        answers(refused);
        answers("/subjects/documents-value/versions", refused);

        assertThat(catchThrowable(() -> schemas.writer(ID)))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("credentials");
    }

    @ParameterizedTest
    @CsvSource({"404,<html>no such page</html>", "404,''", "500,oops", "503,''", "429,''"})
    void shouldTakeAnswersThatAreNotTheRegistrysForAnOutage(int status, String body) {
        answers(new Answer(status, body));

        assertThat(catchThrowable(() -> schemas.writer(ID))).isInstanceOf(RegistryUnavailableException.class);
        assertThat(pauses).hasSize(WriterSchemas.ATTEMPTS - 1);
    }

    @Test
    void shouldAskAgainForSomeSecondsBeforeAnIdIsTakenForUnknown() throws Exception {
        // A replica that is behind.
        answers(new Answer(404, UNKNOWN), new Answer(404, UNKNOWN), new Answer(404, UNKNOWN), good());

        assertThat(schemas.writer(ID).resolver()).isNull();
        assertThat(pauses).hasSize(3);
    }

    @Test
    void shouldRejectAnIdThatTheRegistryHasNotHadForThreeSeconds() {
        answers(new Answer(404, UNKNOWN));

        Throwable why = catchThrowable(() -> schemas.writer(ID));

        assertThat(((Rejection) why).reason()).isEqualTo(DeadLetterReason.UNKNOWN_SCHEMA);
        assertThat(now).isEqualTo(3100);
    }

    @Test
    void shouldReadRecordsOfAnIdAgainThatTheRegistryHasLearned() throws Exception {
        answers(new Answer(404, UNKNOWN));
        assertThat(catchThrowable(() -> schemas.writer(ID))).isInstanceOf(Rejection.class);
        answers(good());
        now += WriterSchemas.REFUSAL_KEPT_MS;

        assertThat(schemas.writer(ID).resolver()).isNull();
    }

    @Test
    void shouldNotLetAFloodOfUnknownIdsHoldUpGoodRecords() {
        for (int id = 100; id < 130; id++) {
            int unknown = id;
            answers("/schemas/ids/" + id, new Answer(404, UNKNOWN));
            assertThat(catchThrowable(() -> schemas.writer(unknown))).isInstanceOf(Rejection.class);
        }

        assertThat(now).isLessThanOrEqualTo(WriterSchemas.PATIENCE_MS);
    }

    @Test
    void shouldWaitForAnIdOnceOnly() {
        answers(new Answer(404, UNKNOWN));
        for (int i = 0; i < 10; i++) {
            assertThat(catchThrowable(() -> schemas.writer(ID))).isInstanceOf(Rejection.class);
            now += WriterSchemas.REFUSAL_KEPT_MS;
        }

        assertThat(pauses).hasSize(WriterSchemas.ATTEMPTS - 1);
    }
}
