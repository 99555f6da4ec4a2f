/** {@code driftline export arpa} and {@code driftline import arpa}: the model for other people's tools, and theirs here. */
@NullMarked
package dev.driftline.cli.arpa;

import org.jspecify.annotations.NullMarked;
