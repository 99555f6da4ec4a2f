/** When a stream thread commits: by the interval, and before it where nothing is left to do. */
package dev.driftline.commits;
