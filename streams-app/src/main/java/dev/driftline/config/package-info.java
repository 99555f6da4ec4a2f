/**
 * What can be set: every key with its purpose, default and bounds, declared once in the class of its group (all of them:
 * {@link dev.driftline.config.Settings}), and the one place where properties file, environment and command line are
 * merged ({@link dev.driftline.config.DriftlineConfig}).
 */
package dev.driftline.config;
