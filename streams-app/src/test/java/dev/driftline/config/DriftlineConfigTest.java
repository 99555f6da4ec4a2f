package dev.driftline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.config.keys.HttpKeys;
import dev.driftline.config.keys.InputKeys;
import dev.driftline.config.keys.MemoryKeys;
import dev.driftline.config.keys.ModelKeys;
import dev.driftline.config.keys.OutputKeys;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.config.keys.VocabularyChoice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DriftlineConfigTest {

    @TempDir
    Path directory;

    @Test
    void shouldPreferCommandLineOverEnvironmentOverFileOverDefault() throws IOException {
        Path file = file("model.order=2\nshards=2\npartitions=2\n");
        DriftlineConfig config = DriftlineConfig.load(
                Optional.of(file),
                Map.of("DRIFTLINE_SHARDS", "3", "DRIFTLINE_PARTITIONS", "3", "SHARDS", "9"),
                Map.of("partitions", "6"));

        assertThat(config.get(ModelKeys.ORDER)).isEqualTo(2);
        assertThat(config.get(TopicKeys.SHARDS)).isEqualTo(3);
        assertThat(config.get(TopicKeys.PARTITIONS)).isEqualTo(6);
        assertThat(config.get(OutputKeys.PREDICTIONS_K)).isEqualTo(10);
        assertThat(config.describe())
                .contains("model.order", "(" + file + ")", "(environment DRIFTLINE_SHARDS)", "(--set)", "(default)");
    }

    @Test
    void shouldNameTheNearestKeyWhenAKeyIsUnknown() {
        assertThatThrownBy(() -> DriftlineConfig.of(Map.of("model.oder", "3")))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessage("unknown setting model.oder (--set): did you mean model.order?");
        assertThatThrownBy(() -> DriftlineConfig.load(Optional.empty(), Map.of("DRIFTLINE_SHARD", "3"), Map.of()))
                .hasMessage("unknown setting shard (environment DRIFTLINE_SHARD): did you mean shards?");
    }

    @Test
    void shouldReportEveryProblemAtOnce() {
        assertThatThrownBy(() -> DriftlineConfig.of(Map.of("model.order", "8", "shards", "none", "colour", "red")))
                .hasMessageContaining("model.order=8: must be a whole number from 1 to 7 (--set)")
                .hasMessageContaining("shards=none: must be a whole number from 1 to 1024")
                .hasMessageContaining("unknown setting colour");
    }

    @ParameterizedTest
    @CsvSource({
        "model.order, 0",
        "model.order, 3.5",
        "model.smoothing, kneserney",
        "model.vocabulary, fixed:",
        "processing.guarantee, exactly_once",
        "commit.interval.ms, 0",
        "document.max.bytes, 100",
        "document.max.bytes, 1TiB",
        "cache.decoded.bytes, 99999999999999999999",
        "tokenizer, spaces",
        "scores.surprisals, yes",
        "bootstrap.servers, kafka",
        "bootstrap.servers, 'kafka:9092,'",
        "schema.registry.url, registry:8081",
        "application.id, 'a b'",
        "topics.prefix, 'a/'",
        "topics.replication.factor, 0",
        "state.dir, ''"
    })
    void shouldRefuseWhatAKeyDoesNotAccept(String key, String text) {
        assertThatThrownBy(() -> DriftlineConfig.of(Map.of(key, text)))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageStartingWith(key + "=" + text + ": must be ");
    }

    @Test
    void shouldReadUnitsOfBytes() {
        DriftlineConfig config = DriftlineConfig.of(Map.of(
                "cache.decoded.bytes", "64MiB", "document.max.bytes", "512 KiB", "rocksdb.block.cache.bytes", "1GiB"));

        assertThat(config.get(MemoryKeys.CACHE_DECODED_BYTES)).isEqualTo(64L << 20);
        assertThat(config.get(InputKeys.DOCUMENT_MAX_BYTES)).isEqualTo(512 << 10);
        assertThat(config.get(MemoryKeys.ROCKSDB_BLOCK_CACHE_BYTES)).isEqualTo(1L << 30);
    }

    @Test
    void shouldRefuseWriteBuffersThatDoNotFitTheirCache() {
        assertThatThrownBy(() -> DriftlineConfig.of(Map.of("rocksdb.write.buffer.bytes", "128MiB")))
                .hasMessageContaining("must be less than rocksdb.block.cache.bytes=134217728");
    }

    @Test
    void shouldReadVocabularies() {
        assertThat(DriftlineConfig.defaults().get(ModelKeys.VOCABULARY)).isEqualTo(new VocabularyChoice.Growing(true));
        assertThat(DriftlineConfig.of(Map.of("model.vocabulary", "grow-kenlm")).get(ModelKeys.VOCABULARY))
                .isEqualTo(new VocabularyChoice.Growing(false));
        assertThat(DriftlineConfig.of(Map.of("model.vocabulary", "fixed:words.txt"))
                        .get(ModelKeys.VOCABULARY))
                .isEqualTo(new VocabularyChoice.Fixed(Path.of("words.txt")));
    }

    @Test
    void shouldPassKafkaSettingsThroughToTheClientsTheyAreFor() {
        DriftlineConfig config = DriftlineConfig.of(Map.of(
                "kafka.security.protocol", "SASL_SSL",
                "streams.num.standby.replicas", "1",
                "consumer.max.poll.records", "7",
                "producer.linger.ms", "3",
                "admin.retries", "9"));

        Properties streams = config.clients().streams();
        assertThat(streams)
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("num.standby.replicas", "1")
                .containsEntry("consumer.max.poll.records", "7")
                .containsEntry("producer.linger.ms", "3")
                .containsEntry("admin.retries", "9")
                .containsEntry(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, "exactly_once_v2");
        assertThat(new StreamsConfig(streams).getMainConsumerConfigs("g", "c", 0))
                .containsEntry(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed")
                .containsEntry(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "7");
        assertThat(config.clients().consumer())
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("max.poll.records", "7")
                .doesNotContainKey("linger.ms");
        assertThat(config.clients().producer())
                .containsEntry("linger.ms", "3")
                .containsEntry(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, config.maxRecordBytes());
        assertThat(config.clients().admin()).containsEntry("retries", "9");
    }

    @Test
    void shouldPassRegistrySettingsThroughUnderBothOfTheirNames() {
        Map<String, String> registry = DriftlineConfig.of(Map.of(
                        "schema.registry.url", "https://one:8081,https://two:8081",
                        "schema.registry.basic.auth.user.info", "ada:lovelace",
                        "schema.registry.ssl.truststore.location", "/t.p12"))
                .clients()
                .schemaRegistry();

        assertThat(registry)
                .containsEntry("schema.registry.url", "https://one:8081,https://two:8081")
                .containsEntry("basic.auth.user.info", "ada:lovelace")
                .containsEntry("schema.registry.ssl.truststore.location", "/t.p12")
                .doesNotContainKey("url");
    }

    @Test
    void shouldPointToItsOwnKeyWhenKafkasNameForItIsSet() {
        assertThatThrownBy(() -> DriftlineConfig.of(Map.of("streams.application.id", "x")))
                .hasMessage("streams.application.id: set application.id instead (--set)");
    }

    @Test
    void shouldMaskSecretsAndNothingElse() {
        String described = DriftlineConfig.of(Map.of(
                        "kafka.sasl.jaas.config", "Login required password=\"hush1\";",
                        "kafka.ssl.key.password", "hush2",
                        "schema.registry.basic.auth.user.info", "ada:hush3",
                        "schema.registry.bearer.auth.token", "hush4",
                        "schema.registry.url", "https://ada:hush5@registry:8081",
                        "kafka.sasl.mechanism", "PLAIN",
                        "tokenizer", "characters"))
                .describe();

        assertThat(described)
                .doesNotContain("hush")
                .contains("PLAIN", "characters", "100000", "https://********@registry:8081");
    }

    @Test
    void shouldReadUnderscoresInEnvironmentVariables() {
        DriftlineConfig config = DriftlineConfig.load(
                Optional.empty(), Map.of("DRIFTLINE_STREAMS_A__B_C", "1", "DRIFTLINE_MODEL_ORDER", "4"), Map.of());

        assertThat(config.get(ModelKeys.ORDER)).isEqualTo(4);
        assertThat(config.clients().streams()).containsEntry("a_b.c", "1");
    }

    /** A service called {@code driftline-metrics} in the namespace once stopped every pod at its next restart. */
    @ParameterizedTest
    @CsvSource({
        "METRICS_SERVICE_HOST, 10.0.0.1",
        "METRICS_SERVICE_PORT, 9404",
        "METRICS_SERVICE_PORT_HTTP_METRICS, 9404",
        "METRICS_PORT, tcp://10.0.0.1:9404",
        "METRICS_PORT_9404_TCP, tcp://10.0.0.1:9404",
        "METRICS_PORT_9404_TCP_PROTO, tcp",
        "METRICS_PORT_9404_TCP_PORT, 9404",
        "METRICS_PORT_9404_TCP_ADDR, 10.0.0.1",
        "HTTP_PORT, tcp://10.0.0.1:7070",
        "HTTP_SERVICE_HOST, 10.0.0.1",
        "HTTP_PORT_7070_UDP, udp://10.0.0.1:7070",
        "PORT, tcp://10.0.0.1:7070"
    })
    void shouldPassOverWhatKubernetesSetsForAServiceOfASimilarName(String variable, String value) {
        DriftlineConfig config =
                DriftlineConfig.load(Optional.empty(), Map.of("DRIFTLINE_" + variable, value), Map.of());

        assertThat(config.get(HttpKeys.PORT)).isZero();
    }

    @Test
    void shouldStillReadAPortFromTheEnvironmentAndRefuseAnUnknownSetting() {
        assertThat(DriftlineConfig.load(Optional.empty(), Map.of("DRIFTLINE_HTTP_PORT", "7070"), Map.of())
                        .get(HttpKeys.PORT))
                .isEqualTo(7070);
        assertThatThrownBy(() ->
                        DriftlineConfig.load(Optional.empty(), Map.of("DRIFTLINE_METRICS_PORT", "9404"), Map.of()))
                .hasMessageContaining("unknown setting metrics.port");
    }

    @Test
    void shouldReadAPropertiesFileWithAByteOrderMark(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("driftline.properties"), "\uFEFFmodel.order=3\r\nshards=2\r\n");

        DriftlineConfig config = DriftlineConfig.load(Optional.of(file), Map.of(), Map.of());

        assertThat(config.get(ModelKeys.ORDER)).isEqualTo(3);
        assertThat(config.get(TopicKeys.SHARDS)).isEqualTo(2);
    }

    @Test
    void shouldIgnoreWhatKubernetesAndTheLauncherPutIntoTheEnvironment() {
        DriftlineConfig.load(
                Optional.empty(),
                Map.of(
                        "DRIFTLINE_SERVICE_HOST", "10.0.0.1",
                        "DRIFTLINE_SERVICE_PORT_HTTP", "8080",
                        "DRIFTLINE_PORT", "tcp://10.0.0.1:8080",
                        "DRIFTLINE_PORT_8080_TCP_ADDR", "10.0.0.1",
                        "DRIFTLINE_HOME", "/opt/driftline"),
                Map.of());
    }

    @Test
    void shouldSayWhichFileIsMissing() {
        assertThatThrownBy(() -> DriftlineConfig.load(Optional.of(directory.resolve("no")), Map.of(), Map.of()))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("no such configuration file: " + directory.resolve("no"));
    }

    @Test
    void shouldLeaveRoomForTheLargestReply() {
        DriftlineConfig config = DriftlineConfig.of(Map.of("document.max.tokens", "1000000", "model.order", "7"));
        long twoDoublesAnOrderAndPosition = 1_000_000L * 7 * 16;
        assertThat((long) config.maxRecordBytes()).isGreaterThan(twoDoublesAnOrderAndPosition);
        assertThat(DriftlineConfig.of(Map.of("document.max.bytes", "64MiB")).maxRecordBytes())
                .isGreaterThan(64 << 20);
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("driftline.properties"), text);
    }
}
