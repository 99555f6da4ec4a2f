package dev.driftline.serving.query;

import dev.driftline.generation.TextRequest.Continuation;
import java.util.List;

/**
 * Text that a model wrote.
 *
 * @param drawnFrom the model, and which of its words each word was drawn from
 * @param continuations fewer than asked for only where the constraints leave no more
 */
public record TextAnswer(String drawnFrom, List<Continuation> continuations) {}
