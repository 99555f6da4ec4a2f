package dev.driftline.scoring;

import java.util.List;

/**
 * Candidates for the word after a document's last sentence, taken as still open, with what the n-gram model says of each.
 *
 * @param words candidate words, {@code </s>} among them; distinct
 * @param probabilities one row a candidate; {@code matched} is the same in all rows
 */
public record Candidates(List<String> words, NgramProbabilities probabilities) {}
