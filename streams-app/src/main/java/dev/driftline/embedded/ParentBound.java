package dev.driftline.embedded;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * Runs another main class in a child JVM and ends that JVM as soon as its parent is gone, {@code kill -9} included: the
 * child's standard input is a pipe that only the parent holds open, and here it is read until it ends.
 *
 * <p>Has no dependencies, so that it can stand in front of any class path.
 */
public final class ParentBound {

    private ParentBound() {}

    /**
     * Called by the JVM.
     *
     * @param arguments name of the main class to run, then its arguments
     * @throws ReflectiveOperationException if there is no such class or main method
     */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        Thread watch = new Thread(ParentBound::haltWhenParentIsGone, "parent-watch");
        watch.setDaemon(true);
        watch.start();
        String[] rest = Arrays.copyOfRange(arguments, 1, arguments.length);
        try {
            Class.forName(arguments[0]).getMethod("main", String[].class).invoke(null, (Object) rest);
        } catch (InvocationTargetException e) {
            e.getCause().printStackTrace();
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
            System.err.println("parent is gone: " + e.getMessage());
        }
        Runtime.getRuntime().halt(0);
    }
}
