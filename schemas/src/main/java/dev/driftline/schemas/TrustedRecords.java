package dev.driftline.schemas;

import org.apache.avro.util.ClassSecurityValidator;
import org.apache.avro.util.ClassSecurityValidator.ClassSecurityPredicate;

/**
 * Tells Avro that the records of this package may be instantiated from data. Avro refuses every class outside its own
 * short list, so that a schema in a message cannot name any class on the class path.
 */
public final class TrustedRecords {

    private static final String PACKAGE = TrustedRecords.class.getPackageName();
    private static boolean trusted;

    private TrustedRecords() {}

    /** Adds this package to what Avro trusts already. Safe to call often and from any thread. */
    public static synchronized void trust() {
        if (!trusted) {
            ClassSecurityPredicate before = ClassSecurityValidator.getGlobal();
            ClassSecurityPredicate ours = type -> type.getPackageName().equals(PACKAGE);
            ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(before, ours));
            trusted = true;
        }
    }
}
