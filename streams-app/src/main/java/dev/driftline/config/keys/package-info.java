/**
 * The settings: each is declared once, with its purpose, default and bounds, in the class of its group. All groups are in
 * {@link dev.driftline.config.keys.Settings}.
 */
@NullMarked
package dev.driftline.config.keys;

import org.jspecify.annotations.NullMarked;
