/** What scatter, shards and gather say to each other: requests, replies, failures, and the frame that they share. */
@NullMarked
package dev.driftline.scoring.messages;

import org.jspecify.annotations.NullMarked;
