package dev.driftline.serving.query;

import dev.driftline.generation.TextRequest;
import java.util.Optional;

/**
 * How may a text go on?
 *
 * @param request what text is wanted
 * @param choice which model writes
 * @param source whose caches and weights the mixture uses; empty for a new source
 */
public record TextQuery(TextRequest request, ModelChoice choice, Optional<String> source) {}
