/** The plumbing of HTTP: listening, TLS, bearer credentials, limits, problems, event streams. Knows no model. */
@NullMarked
package dev.driftline.serving.http;

import org.jspecify.annotations.NullMarked;
