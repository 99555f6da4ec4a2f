/** The certificates that an instance shows, and those that it trusts. */
@NullMarked
package dev.driftline.serving.http.tls;

import org.jspecify.annotations.NullMarked;
