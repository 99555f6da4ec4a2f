/** What a service counts of itself while documents pass through it. */
package dev.driftline.counters;
