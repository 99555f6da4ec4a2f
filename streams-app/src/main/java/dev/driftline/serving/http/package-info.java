/** The plumbing of HTTP: listening, TLS, bearer credentials, limits, problems, event streams. Knows no model. */
package dev.driftline.serving.http;
