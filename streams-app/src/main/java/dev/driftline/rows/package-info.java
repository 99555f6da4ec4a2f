/**
 * Rows of files that other tools keep text in, read and written again with columns added: JSON lines, TSV, text and Parquet.
 * {@link dev.driftline.rows.RowFiles} opens both ends. Of Parquet only the pages are taken from its library: files, codecs
 * and settings are this package's, so that no Hadoop is needed beside two jars of its classes.
 */
@NullMarked
package dev.driftline.rows;

import org.jspecify.annotations.NullMarked;
