package dev.driftline.metrics;

import dev.driftline.counters.ServiceCounters;
import dev.driftline.network.scoring.NeuralPolicy;
import dev.driftline.network.trainer.TrainerProgress;
import dev.driftline.neural.online.Round;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.service.DriftlineService;
import java.util.Locale;

/** The network: what it took part in, the snapshot that it is, and its training. Nothing where there is no network. */
final class NetworkProbe implements Probe {

    private final DriftlineService service;
    private final NeuralPolicy policy;

    /** @param policy what happens where the network cannot keep up */
    NetworkProbe(DriftlineService service, NeuralPolicy policy) {
        this.service = service;
        this.policy = policy;
    }

    @Override
    public void read(Samples samples) {
        ServiceCounters counters = service.counters();
        documents(samples, "scored", counters.documentsWithNetwork());
        documents(samples, "no-snapshot", counters.documentsWithoutSnapshot());
        documents(samples, "fallback", counters.documentsFallenBack());
        samples.add(DriftlineMetric.NETWORK_TOKENS, counters.networkTokens())
                .add(DriftlineMetric.NETWORK_BUSY_SECONDS, counters.networkSeconds());
        service.networkQueueTokens().ifPresent(tokens -> samples.add(DriftlineMetric.NETWORK_QUEUE_TOKENS, tokens));
        service.activeSnapshot().get().ifPresent(snapshot -> readSnapshot(snapshot, samples));
        service.snapshots().ifPresent(snapshots -> samples.add(DriftlineMetric.SNAPSHOTS_REFUSED, snapshots.refused()));
        readTrainer(service.trainerProgress(), samples);
    }

    private void documents(Samples samples, String status, long documents) {
        samples.add(DriftlineMetric.NETWORK_DOCUMENTS, documents, status, policy.label());
    }

    private static void readSnapshot(Snapshot snapshot, Samples samples) {
        samples.add(
                        DriftlineMetric.SNAPSHOT,
                        1,
                        snapshot.version(),
                        snapshot.manifest().model())
                .add(
                        DriftlineMetric.SNAPSHOT_CREATED_TIMESTAMP_SECONDS,
                        snapshot.manifest().createdAt().toEpochMilli() / 1e3)
                .add(
                        DriftlineMetric.SNAPSHOT_WORDS,
                        snapshot.network().vocabulary().size());
    }

    private static void readTrainer(TrainerProgress trainer, Samples samples) {
        for (TrainerProgress.Activity activity : TrainerProgress.Activity.values()) {
            samples.add(
                    DriftlineMetric.TRAINER_ACTIVITY,
                    trainer.activity() == activity ? 1 : 0,
                    activity.name().toLowerCase(Locale.ROOT));
        }
        for (Round.Outcome outcome : Round.Outcome.values()) {
            samples.add(
                    DriftlineMetric.PROMOTION_DECISIONS,
                    trainer.rounds(outcome),
                    outcome.name().toLowerCase(Locale.ROOT));
        }
        samples.add(DriftlineMetric.TRAINING_ROUNDS, trainer.rounds())
                .add(DriftlineMetric.TRAINING_FAILURES, trainer.failures())
                .add(DriftlineMetric.TRAINING_SECONDS, trainer.seconds())
                .add(DriftlineMetric.TRAINING_TOKENS, trainer.freshTokens(), "new")
                .add(DriftlineMetric.TRAINING_TOKENS, trainer.replayedTokens(), "older")
                .add(DriftlineMetric.REPLAY_BUFFER_TOKENS, trainer.bufferedTokens());
        trainer.lastRound().ifPresent(round -> readRound(round, samples));
    }

    private static void readRound(Round round, Samples samples) {
        if (!Double.isNaN(round.trainingBitsPerToken())) {
            samples.add(DriftlineMetric.TRAINING_LOSS_BITS_PER_TOKEN, round.trainingBitsPerToken());
        }
        if (round.comparison().tokens() > 0) {
            samples.add(
                            DriftlineMetric.PROMOTION_GAIN_BITS_PER_TOKEN,
                            round.comparison().meanDifference())
                    .add(
                            DriftlineMetric.PROMOTION_GAIN_STANDARD_ERROR_BITS_PER_TOKEN,
                            round.comparison().standardError());
        }
    }
}
