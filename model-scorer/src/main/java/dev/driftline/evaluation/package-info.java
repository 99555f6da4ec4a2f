/** The whole model run over a corpus in one process, without Kafka, and what it cost per document and in all. */
@NullMarked
package dev.driftline.evaluation;

import org.jspecify.annotations.NullMarked;
