/**
 * The trainer of the topology, a task of one partition: keeps a replay buffer of the documents that were scored, has a
 * background thread fine-tune the network on them, and publishes what is better. {@link dev.driftline.neural.online} has what
 * a round is.
 *
 * <pre>
 *   training ─► {@link dev.driftline.topology.TrainerProcessor train} ─┬─► snapshots   (chunks, manifest, pointer)
 *                 │ replay-buffer   └─► promotions  (why)
 *                 ▲
 *                 └─ a finished round, from {@link dev.driftline.network.trainer.BackgroundTrainer}
 * </pre>
 */
@NullMarked
package dev.driftline.network.trainer;

import org.jspecify.annotations.NullMarked;
