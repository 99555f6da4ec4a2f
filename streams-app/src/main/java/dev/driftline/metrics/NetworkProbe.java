package dev.driftline.metrics;

import dev.driftline.counters.Progress;
import dev.driftline.network.scoring.NeuralPolicy;
import dev.driftline.network.trainer.TrainerProgress;
import dev.driftline.neural.online.Round;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.service.DriftlineService;
import java.util.Locale;

/** The network: what it took part in, the snapshot that it is, and how it is taught. Nothing where there is no network. */
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
        Progress progress = service.progress();
        documents(samples, "scored", progress.documentsWithNetwork());
        documents(samples, "no-snapshot", progress.documentsWithoutSnapshot());
        documents(samples, "fallback", progress.documentsFallenBack());
        samples.counter(
                        "driftline_network_tokens",
                        "Tokens that the network has read to score.",
                        progress.networkTokens())
                .counter(
                        "driftline_network_busy_seconds",
                        "Seconds that the scoring threads have spent in the network, all threads together.",
                        progress.networkSeconds());
        service.networkQueueTokens()
                .ifPresent(tokens -> samples.gauge(
                        "driftline_network_queue_tokens",
                        "Tokens of documents that wait for the scoring threads or are with them.",
                        tokens));
        service.activeSnapshot().get().ifPresent(snapshot -> readSnapshot(snapshot, samples));
        service.snapshots()
                .ifPresent(snapshots -> samples.counter(
                        "driftline_snapshots_refused",
                        "Times that a snapshot was not taken because it was torn, corrupt or not there.",
                        snapshots.refused()));
        readTrainer(service.trainerProgress(), samples);
    }

    private void documents(Samples samples, String status, long documents) {
        samples.counter(
                "driftline_network_documents",
                "Documents by the part that the network took in their score: scored, no-snapshot before the first, or"
                        + " fallback where it could not keep up.",
                documents,
                "status",
                status,
                "policy",
                policy.label());
    }

    private static void readSnapshot(Snapshot snapshot, Samples samples) {
        samples.info(
                        "driftline_snapshot",
                        "The snapshot of the network that the instance scores with.",
                        "version",
                        snapshot.version(),
                        "model",
                        snapshot.manifest().model())
                .gauge(
                        "driftline_snapshot_created_timestamp_seconds",
                        "When the snapshot was made that the instance scores with, seconds since 1970.",
                        snapshot.manifest().createdAt().toEpochMilli() / 1e3)
                .gauge(
                        "driftline_snapshot_words",
                        "Words that the snapshot has rows for.",
                        snapshot.network().vocabulary().size());
    }

    private static void readTrainer(TrainerProgress trainer, Samples samples) {
        for (TrainerProgress.Activity activity : TrainerProgress.Activity.values()) {
            samples.gauge(
                    "driftline_trainer_activity",
                    "1 for what the trainer of this instance is doing; elsewhere where another instance has it.",
                    trainer.activity() == activity ? 1 : 0,
                    "activity",
                    activity.name().toLowerCase(Locale.ROOT));
        }
        for (Round.Outcome outcome : Round.Outcome.values()) {
            samples.counter(
                    "driftline_promotion_decisions",
                    "Rounds of training by what they came to: bootstrapped (the first network), promoted, rejected, or"
                            + " rolled_back to the parent.",
                    trainer.rounds(outcome),
                    "decision",
                    outcome.name().toLowerCase(Locale.ROOT));
        }
        samples.counter("driftline_training_rounds", "Rounds of training that came to an end.", trainer.rounds())
                .counter("driftline_training_failures", "Rounds of training that failed.", trainer.failures())
                .counter("driftline_training_seconds", "Seconds that rounds of training took.", trainer.seconds())
                .counter(
                        "driftline_training_tokens",
                        "Tokens taught, each once however many passes there were: new text, and older text beside it.",
                        trainer.freshTokens(),
                        "text",
                        "new")
                .counter("driftline_training_tokens", "", trainer.replayedTokens(), "text", "older")
                .gauge(
                        "driftline_replay_buffer_tokens",
                        "Tokens in the trainer's replay buffer.",
                        trainer.bufferedTokens());
        trainer.lastRound().ifPresent(round -> readRound(round, samples));
    }

    private static void readRound(Round round, Samples samples) {
        if (!Double.isNaN(round.trainingBitsPerToken())) {
            samples.gauge(
                    "driftline_training_loss_bits_per_token",
                    "Bits a token over the last pass of the last round, each token before the step that learned it.",
                    round.trainingBitsPerToken());
        }
        if (round.comparison().tokens() > 0) {
            samples.gauge(
                            "driftline_promotion_gain_bits_per_token",
                            "Bits a token that the candidate of the last round saved on held-out text.",
                            round.comparison().meanDifference())
                    .gauge(
                            "driftline_promotion_gain_standard_error_bits_per_token",
                            "Standard error of driftline_promotion_gain_bits_per_token.",
                            round.comparison().standardError());
        }
    }
}
