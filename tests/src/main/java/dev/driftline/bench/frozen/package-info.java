/** What a frozen backoff model costs, beside the models that learn. */
@NullMarked
package dev.driftline.bench.frozen;

import org.jspecify.annotations.NullMarked;
