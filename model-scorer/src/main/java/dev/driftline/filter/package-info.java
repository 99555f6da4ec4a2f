/**
 * Rules that keep, drop or route documents by how surprising they were.
 *
 * <p>{@link dev.driftline.filter.RulesReader} reads the rules from a file, {@link dev.driftline.filter.DocumentFilter}
 * decides about a document. A rule may ask for the percentile of a document within its source: the share of the source's
 * earlier documents that were less surprising, from a {@link dev.driftline.filter.QuantileSketch} that the document is added
 * to only afterwards.
 */
@NullMarked
package dev.driftline.filter;

import org.jspecify.annotations.NullMarked;
