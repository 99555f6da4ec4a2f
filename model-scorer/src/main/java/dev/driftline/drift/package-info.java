/**
 * Says when the language of a source changes: {@link dev.driftline.drift.SourceWatch} watches the surprisal of a source's
 * documents, in bits a token, as two series.
 *
 * <p>The <em>live</em> series is what a document costs under the mixture, which learns. It falls while the model learns from
 * nothing and comes down again after a change that the model adapts to; only a rise is a change of the language. The
 * <em>reference</em> is what the document costs under {@link dev.driftline.drift.ReferenceModel}, learned from the first text
 * of the source and frozen since: it sees a change for as long as it lasts, in either direction.
 *
 * <p>Documents are put together into {@linkplain dev.driftline.drift.Unit units} of at least
 * {@link dev.driftline.drift.DriftSettings#unitTokens()} tokens; a longer document is a unit of its own. Every mean is
 * weighted by tokens (at most {@link dev.driftline.drift.DriftSettings#mostWeight()} a unit), and every count of units that
 * stands in a bound is the effective one, (Σw)² / Σw². Units of one source resemble their neighbours, so variances are
 * inflated by (1 + ρ) / (1 − ρ), with ρ the correlation of neighbouring units as measured.
 *
 * <p>Three detectors watch each series, {@link dev.driftline.drift.Adwin}, {@link dev.driftline.drift.PageHinkley} and
 * {@link dev.driftline.drift.EwmaChart}; {@link dev.driftline.drift.SeriesWatch} makes states of their alarms. All state is
 * bounded, and what {@code write} writes and {@code read} reads goes on to the same bit.
 */
@NullMarked
package dev.driftline.drift;

import org.jspecify.annotations.NullMarked;
