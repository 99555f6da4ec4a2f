/**
 * What a source adds to the shared n-gram model: caches of its recent words, and weights learned online that mix them
 * with the n-gram orders into one distribution.
 */
package dev.driftline.mixture;
