/**
 * Documents that are taken out of the model again: what is asked of the shards, which records are out already, and the answer
 * that goes out.
 */
@NullMarked
package dev.driftline.retraction;

import org.jspecify.annotations.NullMarked;
