/** The {@code driftline} script at the root of the repository, run with a Java and a Maven that only say how they were called. */
package dev.driftline.launcher;
