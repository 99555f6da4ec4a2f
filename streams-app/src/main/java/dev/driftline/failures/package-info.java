/**
 * What failed, and with whom it lies: with the record, with an outage, or with something that only an operator can mend; and
 * which records have been tried before.
 */
@NullMarked
package dev.driftline.failures;

import org.jspecify.annotations.NullMarked;
