package dev.driftline.serving.query;

import dev.driftline.generation.TextModel;

/**
 * A model that writes text.
 *
 * @param drawnFrom the model, and which of its words each word is drawn from
 * @param model not thread-safe
 */
public record DrawnText(String drawnFrom, TextModel model) {}
