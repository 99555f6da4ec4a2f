/** {@code driftline export arpa}: the model for other people's tools. */
@NullMarked
package dev.driftline.cli.arpa;

import org.jspecify.annotations.NullMarked;
