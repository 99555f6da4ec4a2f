package dev.driftline.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.schemas.Score;
import dev.driftline.testing.Application;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.LocalInstance;
import dev.driftline.testing.RecordedTopic;
import dev.driftline.testing.SmallDocuments;
import dev.driftline.verify.log.UnverifiableException;
import dev.driftline.verify.log.VerifyProgress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A background that comes and goes while a service has its topics: its requests and replies then come from several models. */
class BackgroundIT {

    private static final Duration SOON = Duration.ofMinutes(2);
    private static final int WAVE = 40;

    private static final Map<String, String> SETTINGS =
            Map.of("shards", "2", "partitions", "2", "model.order", "3", "commit.interval.ms", "100");

    private final SmallDocuments documents = new SmallDocuments(31);
    private int published;

    @Test
    void shouldFindADeploymentRightWhenItsBackgroundIsTurnedOnAndOff(Cluster cluster) throws Exception {
        try (Application application = cluster.application("background", SETTINGS)) {
            Map<String, String> none = Map.of();
            Map<String, String> some = Map.of("model.background", arpa(application.directory(), "some", "-0.6"));
            Map<String, String> other = Map.of("model.background", arpa(application.directory(), "other", "-0.7"));
            RecordedTopic<Score> scores = application.scores();
            runFor(application, none, scores);
            runFor(application, some, scores);
            assertRight(application, some, WAVE);
            assertRefused(application, none, "model.background names none");
            assertRefused(application, other, "model.background names that with the fingerprint");
            runFor(application, none, scores);
            assertRight(application, none, 2 * WAVE);

            assertThat(scores.values().stream().filter(BackgroundIT::hasBackground))
                    .as("scores with a background")
                    .hasSize(WAVE);
        }
    }

    private static String arpa(Path folder, String name, String log) throws Exception {
        Path file = folder.resolve(name + ".arpa");
        Files.createDirectories(folder);
        Files.writeString(file, """
                        \\data\\
                        ngram 1=5

                        \\1-grams:
                        -0.8\t<unk>
                        -99\t<s>
                        -0.7\t</s>
                        %s\tthe
                        -0.9\train

                        \\end\\
                        """.formatted(log));
        return file.toString();
    }

    private void runFor(Application application, Map<String, String> settings, RecordedTopic<Score> scores) {
        try (LocalInstance instance = application.start("one", settings)) {
            application.publish(documents.next(WAVE));
            published += WAVE;
            scores.awaitSize(published, SOON);
        }
    }

    private void assertRight(Application application, Map<String, String> settings, int passedOver) {
        VerificationReport report = report(application, settings);
        assertThat(report.differences()).isEmpty();
        assertThat(report.counts()).isEmpty();
        assertThat(report.documents()).isEqualTo(published);
        assertThat(report.underWay()).isZero();
        assertThat(report.scores()).isEqualTo(WAVE);
        assertThat(report.notes())
                .filteredOn(note -> note.endsWith("were not compared."))
                .allSatisfy(note -> assertThat(note).startsWith(passedOver + " scores are by another smoothing"))
                .hasSize(1);
    }

    private static void assertRefused(Application application, Map<String, String> settings, String why) {
        assertThatThrownBy(() -> report(application, settings))
                .isInstanceOf(UnverifiableException.class)
                .hasMessageContaining(why);
    }

    private static VerificationReport report(Application application, Map<String, String> settings) {
        DriftlineConfig config = application.config().with(settings);
        return Verification.run(config, VerifyOptions.everything(), VerifyProgress.NONE);
    }

    private static boolean hasBackground(Score score) {
        return score.getExperts().stream().anyMatch(expert -> expert.getName().equals(MixtureSettings.BACKGROUND));
    }
}
