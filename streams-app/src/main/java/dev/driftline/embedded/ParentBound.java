package dev.driftline.embedded;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.Objects;

/**
 * Runs another main class in a child JVM and ends that JVM as soon as its parent has ended, even by {@code kill -9}: the
 * child's standard input is a pipe that only the parent holds open, and a thread here reads it until its end.
 *
 * <p>Has no dependencies, so that it works before any class path.
 */
public final class ParentBound {

    private ParentBound() {}

    /**
     * Called by the JVM.
     *
     * @param arguments name of the main class, then its arguments
     * @throws ReflectiveOperationException if the class or its main method does not exist
     */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        Thread watch = new Thread(ParentBound::haltWhenParentIsGone, "parent-watch");
        watch.setDaemon(true);
        watch.start();
        String[] rest = Arrays.copyOfRange(arguments, 1, arguments.length);
        try {
            Class.forName(arguments[0]).getMethod("main", String[].class).invoke(null, (Object) rest);
        } catch (InvocationTargetException e) {
            Objects.requireNonNullElse(e.getCause(), e).printStackTrace();
            System.exit(1);
        }
    }

    private static void haltWhenParentIsGone() {
        try {
            byte[] buffer = new byte[64];
            int read = 0;
            while (read >= 0) {
                read = System.in.read(buffer);
            }
        } catch (IOException e) {
            System.err.println("the parent process has ended: " + e.getMessage());
        } finally {
            Runtime.getRuntime().halt(0);
        }
    }
}
