package dev.driftline.network.trainer;

/**
 * What the topology needs for a trainer.
 *
 * @param settings its settings
 * @param snapshots what this instance knows of the snapshots topic
 * @param progress counts what is done
 * @param rounds where rounds run
 */
public record Training(TrainerSettings settings, SnapshotView snapshots, TrainerProgress progress, RoundRunner rounds) {

    /** Rounds run on threads of their own. */
    public Training(TrainerSettings settings, SnapshotView snapshots, TrainerProgress progress) {
        this(settings, snapshots, progress, RoundRunner.threads());
    }
}
