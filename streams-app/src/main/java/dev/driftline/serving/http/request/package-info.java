/** Reads the fields of a request strictly, and writes those of an answer in order. */
@NullMarked
package dev.driftline.serving.http.request;

import org.jspecify.annotations.NullMarked;
