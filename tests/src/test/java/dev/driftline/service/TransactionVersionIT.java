package dev.driftline.service;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.MisconfiguredException;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.embedded.EmbeddedBroker;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker whose transactions can tear is refused, and accepted once they cannot. */
class TransactionVersionIT {

    @Test
    void shouldRefuseBrokersThatCannotKeepTransactionsApartUntilTheFeatureIsRaised(@TempDir Path directory)
            throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory);
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            DriftlineConfig config =
                    DriftlineConfig.of(Map.of(ServiceKeys.BOOTSTRAP_SERVERS.name(), broker.bootstrapServers()));
            assertThatCode(() -> StartupChecks.checkTransactions(config))
                    .as("a broker as it is formatted")
                    .doesNotThrowAnyException();

            set(admin, (short) 1, UpgradeType.SAFE_DOWNGRADE);
            assertThatThrownBy(() -> StartupChecks.checkTransactions(config))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("have transaction.version 1")
                    .hasMessageContaining("kafka-features.sh --bootstrap-server " + broker.bootstrapServers()
                            + " upgrade --feature transaction.version=2");
            assertThatCode(() -> StartupChecks.checkTransactions(
                            config.with(Map.of(ServiceKeys.PROCESSING_GUARANTEE.name(), "at_least_once"))))
                    .as("without transactions")
                    .doesNotThrowAnyException();

            // What the command does that the message names.
            set(admin, (short) 2, UpgradeType.UPGRADE);
            assertThatCode(() -> StartupChecks.checkTransactions(config)).doesNotThrowAnyException();
        }
    }

    private static void set(Admin admin, short level, UpgradeType type) throws Exception {
        admin.updateFeatures(Map.of("transaction.version", new FeatureUpdate(level, type)), new UpdateFeaturesOptions())
                .all()
                .get(30, TimeUnit.SECONDS);
    }
}
