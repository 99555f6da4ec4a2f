package dev.driftline.terminal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.nio.charset.StandardCharsets;

/**
 * Where errors and logs go: UTF-8 whatever the locale, and not through the filter that the launcher puts on descriptor 2
 * to take out what the JVM says at its start. The launcher names the descriptor behind the filter in {@value #PROPERTY},
 * and opens {@code java.io} for it: no other way of Java 17 leads to a descriptor by its number.
 */
public final class StandardError {

    private static final String PROPERTY = "driftline.stderr";

    private StandardError() {}

    /** Makes it {@link System#err}. Call it before anything logs. */
    public static void install() {
        System.setErr(new PrintStream(new FileOutputStream(descriptor()), true, StandardCharsets.UTF_8));
    }

    private static FileDescriptor descriptor() {
        Integer number = Integer.getInteger(PROPERTY);
        if (number == null) {
            return FileDescriptor.err;
        }
        try {
            Constructor<FileDescriptor> constructor = FileDescriptor.class.getDeclaredConstructor(int.class);
            constructor.setAccessible(true);
            return constructor.newInstance(number);
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            // Everything arrives through the filter all the same, a little later.
            return FileDescriptor.err;
        }
    }
}
