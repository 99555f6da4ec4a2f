/** What a model costs that forgets, and what taking documents out costs. */
@NullMarked
package dev.driftline.bench.forget;

import org.jspecify.annotations.NullMarked;
