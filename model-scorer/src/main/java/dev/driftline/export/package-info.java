/**
 * Counts as a backoff model in the ARPA format: {@link dev.driftline.export.ArpaExport} reads the contexts of every shard, puts
 * their n-grams together into one sorted trie, prunes it where that is asked for, and writes it.
 *
 * <p>An interpolated model p(w | h) = own(w, h) + γ(h) · p(w | h′) is a backoff model whose n-grams have p(w | h) as their probability and
 * whose contexts have γ(h) as their backoff. So nothing is lost: every event has the probability that the counts give it.
 */
@NullMarked
package dev.driftline.export;

import org.jspecify.annotations.NullMarked;
