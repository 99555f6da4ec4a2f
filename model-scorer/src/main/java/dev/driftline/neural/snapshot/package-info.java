/** Networks as files and messages: safetensors with a manifest, and the chunks that travel over Kafka. */
package dev.driftline.neural.snapshot;
