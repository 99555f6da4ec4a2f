package dev.driftline.network.trainer;

/**
 * What the topology needs for a trainer.
 *
 * @param settings what it works by
 * @param snapshots what this instance knows of the snapshots topic
 * @param progress told what is done
 */
public record Training(TrainerSettings settings, SnapshotView snapshots, TrainerProgress progress) {}
