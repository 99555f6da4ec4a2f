package dev.driftline.neural.online;

import dev.driftline.neural.snapshot.SeenText;
import dev.driftline.scoring.DocumentTokens;
import java.util.OptionalLong;

/**
 * A document that is taken out. Immutable.
 *
 * @param id its producer's name for it
 * @param input where it was read from
 * @param offset its offset there; empty where that is not known, and its id names it
 * @param document its text: by that alone is known what an earlier version has kept
 */
public record RetractedDocument(String id, SeenText.Input input, OptionalLong offset, DocumentTokens document) {}
