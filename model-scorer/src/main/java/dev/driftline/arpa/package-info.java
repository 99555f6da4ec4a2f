/** ARPA files, the text in which KenLM, SRILM and IRSTLM exchange backoff n-gram models. */
@NullMarked
package dev.driftline.arpa;

import org.jspecify.annotations.NullMarked;
