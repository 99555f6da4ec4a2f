package dev.driftline.input;

import java.util.OptionalLong;

/**
 * That a record is a retraction: its document is to be taken out of the model.
 *
 * @param offset that of the record to be taken out, in the topic and partition of the retraction; empty where it is not known
 * @param source whether what is known of the source itself is to be dropped, and nothing taken out of the counts
 */
public record Retract(OptionalLong offset, boolean source) {}
