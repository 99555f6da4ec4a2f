/** Networks as files and messages: safetensors with a manifest. */
@NullMarked
package dev.driftline.neural.snapshot;

import org.jspecify.annotations.NullMarked;
