package dev.driftline.schemas;

import java.util.List;

/** The registry holds a schema under a subject which the schema in this build cannot follow under BACKWARD. */
public final class IncompatibleSchemaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    IncompatibleSchemaException(String subject, List<String> conflicts) {
        super("subject " + subject + " holds a schema that this version cannot follow under BACKWARD compatibility: "
                + String.join("; ", conflicts)
                + ". Use topics of your own (another name or version), or delete the subject if nothing reads it.");
    }
}
