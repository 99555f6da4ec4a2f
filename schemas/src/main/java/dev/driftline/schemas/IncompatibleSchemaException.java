package dev.driftline.schemas;

import java.util.List;

/** A subject has a schema in the registry that is not compatible with that of this build under BACKWARD. */
public final class IncompatibleSchemaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    IncompatibleSchemaException(String subject, List<String> conflicts) {
        super("subject " + subject + " has a schema that is not compatible (BACKWARD) with the schema of this version: "
                + String.join("; ", conflicts)
                + ". Use topics with another name or version, or delete the subject if nothing reads it.");
    }
}
