/** The words of one shard with their ids, their unigram counts and what is known of them on other shards. */
@NullMarked
package dev.driftline.ngram.words;

import org.jspecify.annotations.NullMarked;
