package dev.driftline.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.ExpertScore;
import dev.driftline.schemas.Score;
import dev.driftline.sources.SourceModels;
import dev.driftline.store.Changelog;
import dev.driftline.store.StoreHeader;
import dev.driftline.testing.Application;
import dev.driftline.testing.ChangelogCounts;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.CommandLine;
import dev.driftline.testing.DriftlineProcess;
import dev.driftline.testing.LocalInstance;
import dev.driftline.testing.NgramCensus;
import dev.driftline.testing.RecordedTopic;
import dev.driftline.testing.SmallDocuments;
import dev.driftline.topics.Changelogs;
import dev.driftline.topics.Layout;
import dev.driftline.topics.TopicAdmin;
import dev.driftline.verify.Verification;
import dev.driftline.verify.VerificationReport;
import dev.driftline.verify.VerifyOptions;
import dev.driftline.verify.log.VerifyProgress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;

class MoreShardsIT {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int ORDER = 4;
    private static final int WAVE = 300;
    private static final int SHARDS = 3;

    @Test
    void shouldGoOnWithMoreShardsAsIfThereHadAlwaysBeenThatMany(Cluster cluster) {
        List<Document> documents = new SmallDocuments(4).next(2 * WAVE);
        List<Score> always;
        try (Application application = cluster.application("always", settings(SHARDS))) {
            application.publish(documents);
            application.start("one");
            always = application.scores().awaitSize(documents.size(), PATIENCE).values();
        }
        try (Application application = cluster.application("grown", settings(1))) {
            RecordedTopic<Score> scores = application.scores();
            application.publish(documents.subList(0, WAVE));
            LocalInstance one = application.start("one");
            scores.awaitSize(WAVE, PATIENCE);
            assertThat(reshard(application).exitCode()).isNotZero();
            assertThat(reshard(application).err()).contains("Stop every instance first");
            one.close();

            DriftlineProcess.Result done = reshard(application);
            assertThat(done.exitCode()).as(done.err()).isZero();
            assertThat(done.out()).contains("on 3 shards now", "Set shards=3");
            assertThat(reshard(application).out()).contains("on 3 shards already");

            application.publish(documents.subList(WAVE, 2 * WAVE));
            LocalInstance several = application.start("one", Map.of("shards", Integer.toString(SHARDS)));
            scores.awaitSize(2 * WAVE, PATIENCE);
            several.close();
            NgramCensus census = new NgramCensus(ORDER);
            documents.forEach(document -> census.add(document.getSentences()));
            ChangelogCounts.read(application.config().with(Map.of("shards", Integer.toString(SHARDS))))
                    .assertEqual(census);
            List<Score> grown = scores.values();
            for (int i = WAVE; i < 2 * WAVE; i++) {
                assertThat(counts(grown.get(i))).isEqualTo(counts(always.get(i)));
            }
        }
    }

    /** Behind readers of several partitions, whose topic to the one shard goes. */
    @Test
    void shouldGoOnWithMoreShardsWhereReadersSentWholeDocumentsToOne(Cluster cluster) {
        List<Document> documents = new SmallDocuments(5).next(2 * WAVE);
        Map<String, String> settings = Map.of("shards", "1", "partitions", "2", "model.order", Integer.toString(ORDER));
        try (Application application = cluster.application("grown-readers", settings)) {
            RecordedTopic<Score> scores = application.scores();
            application.publish(documents.subList(0, WAVE));
            LocalInstance one = application.start("one");
            scores.awaitSize(WAVE, PATIENCE);
            Document withdrawn = documents.get(WAVE / 2);
            assertThat(run(application, "retract", withdrawn.getId()).exitCode())
                    .isZero();
            one.close();

            String sources = Changelogs.of(application.config().get(ServiceKeys.APPLICATION_ID), SourceModels.STORE);
            try (TopicAdmin admin = new TopicAdmin(application.config())) {
                // As a run leaves it that was interrupted before its transaction.
                admin.grow(sources, 2);
            }
            assertThat(reshard(application).out()).contains("on 3 shards now");
            assertThat(keys(application, sources, 1))
                    .as("what is known of sources, for the second partition of the inputs")
                    .isNotEmpty()
                    .isEqualTo(keys(application, sources, 0));

            application.publish(documents.subList(WAVE, 2 * WAVE));
            LocalInstance several = application.start("one", Map.of("shards", Integer.toString(SHARDS)));
            scores.awaitSize(2 * WAVE, PATIENCE);
            assertThat(several.service().layout()).contains(Layout.SHARDS);
            several.close();
            NgramCensus census = new NgramCensus(ORDER);
            documents.stream()
                    .filter(document -> document != withdrawn)
                    .forEach(document -> census.add(document.getSentences()));
            DriftlineConfig config = application.config().with(Map.of("shards", Integer.toString(SHARDS)));
            ChangelogCounts.read(config).assertEqual(census);
            VerificationReport report = Verification.run(config, VerifyOptions.everything(), VerifyProgress.NONE);
            assertThat(report.differences()).isEmpty();
            assertThat(report.scores()).as("those since then").isEqualTo(WAVE);
            assertThat(scores.values())
                    .extracting(Score::getId)
                    .containsExactlyInAnyOrderElementsOf(
                            documents.stream().map(Document::getId).toList());
        }
    }

    /** The keys that a changelog has values for, those of headers apart. */
    private static Set<Bytes> keys(Application application, String changelog, int partition) {
        Set<Bytes> keys = new TreeSet<>();
        new Changelog(application.config(), changelog)
                .read(
                        partition,
                        (key, value) -> {
                            if (value == null) {
                                keys.remove(Bytes.wrap(key));
                            } else if (!StoreHeader.isKey(key)) {
                                keys.add(Bytes.wrap(key));
                            }
                        },
                        records -> {});
        return keys;
    }

    /** What the counts alone say of a document. */
    private static List<ExpertScore> counts(Score score) {
        List<ExpertScore> counts = new ArrayList<>(score.getExperts());
        counts.removeIf(expert -> !expert.getName().startsWith("kneser-ney"));
        assertThat(counts).hasSize(ORDER);
        return counts;
    }

    private static DriftlineProcess.Result reshard(Application application) {
        return run(application, "reshard", "--shards", Integer.toString(SHARDS));
    }

    private static DriftlineProcess.Result run(Application application, String... words) {
        List<String> arguments = new ArrayList<>(List.of(words));
        application.settings().forEach((name, value) -> arguments.addAll(List.of("--set", name + "=" + value)));
        return CommandLine.run(arguments);
    }

    private static Map<String, String> settings(int shards) {
        return Map.of("shards", Integer.toString(shards), "partitions", "1", "model.order", Integer.toString(ORDER));
    }
}
