/** The shards and sources wherever they are: owned by this instance, asked of the others, or left in a folder. */
@NullMarked
package dev.driftline.serving.query.instances;

import org.jspecify.annotations.NullMarked;
