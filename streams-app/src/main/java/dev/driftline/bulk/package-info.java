/**
 * Files of text in bulk: {@code driftline score} and {@code driftline learn} without their command lines.
 *
 * <p>Scoring goes in two steps. The first reads the rows, scores them on several threads and notes what each cost, in order, in
 * a {@link dev.driftline.bulk.CostLog}. The second reads the rows again, and writes them with what they cost and with where they
 * stand among all of them. What was interrupted goes on behind the last whole frame of the log, and an output appears under its
 * name when it is complete: so the outcome is the same, however often a run was stopped.
 */
@NullMarked
package dev.driftline.bulk;

import org.jspecify.annotations.NullMarked;
