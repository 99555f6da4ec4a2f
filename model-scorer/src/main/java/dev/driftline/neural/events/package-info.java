/**
 * What a network says, as probabilities of the n-gram model's events: its known types, {@code </s>} and {@code <unk>}.
 * {@link dev.driftline.neural.events.KnownRows} follows which of a network's words the n-gram model knows.
 */
@NullMarked
package dev.driftline.neural.events;

import org.jspecify.annotations.NullMarked;
