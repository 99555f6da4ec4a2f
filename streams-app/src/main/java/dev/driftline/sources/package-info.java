/** What is known of each source, in the state stores of a partition. */
package dev.driftline.sources;
