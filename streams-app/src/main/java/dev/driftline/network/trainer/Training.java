package dev.driftline.network.trainer;

/**
 * What the topology needs for a trainer.
 *
 * @param settings its settings
 * @param snapshots what this instance knows of the snapshots topic
 * @param progress counts what is done
 */
public record Training(TrainerSettings settings, SnapshotView snapshots, TrainerProgress progress) {}
