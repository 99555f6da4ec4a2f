/** The dashboard, in a real browser over a running service. */
package dev.driftline.dashboard;
