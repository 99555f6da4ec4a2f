package dev.driftline.schemas;

import org.apache.avro.util.ClassSecurityValidator;
import org.apache.avro.util.ClassSecurityValidator.ClassSecurityPredicate;

/**
 * Allows Avro to instantiate the records of this package from data. Avro rejects every class outside its own short list,
 * so that a schema in a message cannot name an arbitrary class on the class path.
 */
public final class TrustedRecords {

    private static final String PACKAGE = TrustedRecords.class.getPackageName();
    private static boolean trusted;

    private TrustedRecords() {}

    /** Adds this package to those that Avro trusts. Idempotent and thread-safe. */
    public static synchronized void trust() {
        if (!trusted) {
            ClassSecurityPredicate before = ClassSecurityValidator.getGlobal();
            ClassSecurityPredicate ours = type -> type.getPackageName().equals(PACKAGE);
            ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(before, ours));
            trusted = true;
        }
    }
}
