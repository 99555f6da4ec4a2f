package dev.driftline.mixture;

import java.util.List;

/**
 * The most probable next words under one model.
 *
 * @param model the name of the model
 * @param words the words, the most probable first
 */
public record NextWordPrediction(String model, List<PredictedWord> words) {}
