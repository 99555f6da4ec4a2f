package dev.driftline.terminal;

import java.io.Console;
import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Locale;

/**
 * Output of permanent lines, followed by a block of lines that changes.
 *
 * <p>On a terminal, the block is redrawn in place. Elsewhere (a pipe, a file, a build log) there is no block: a caller checks
 * {@link #live()} and prints a line from time to time instead. What is printed is made {@link Printable#clean} and goes
 * without {@link Secrets}. Thread-safe.
 */
public final class Screen implements AutoCloseable {

    private static final String UP_AND_CLEAR = "\u001b[%dA\u001b[0J";
    private static final int WIDTH = 118;

    private final PrintWriter out;
    private final boolean live;
    private List<String> block = List.of();

    /** A screen on {@code out}; {@code live} if it is a terminal. */
    public Screen(PrintWriter out, boolean live) {
        this.out = CleanOutput.uncleaned(out);
        this.live = live;
    }

    /** A screen on {@code out}, which must write to the standard output of this process. */
    public static Screen on(PrintWriter out) {
        return new Screen(out, isTerminal());
    }

    /** Whether blocks are drawn. */
    public boolean live() {
        return live;
    }

    /** Prints a permanent line above the block. */
    public synchronized void line(String text) {
        List<String> shown = block;
        erase();
        out.println(clean(text));
        out.flush();
        draw(shown);
    }

    /** Replaces the block, on a terminal. */
    public synchronized void block(List<String> lines) {
        if (live) {
            erase();
            draw(lines);
        }
    }

    /** Makes the block permanent; output continues below it. */
    public synchronized void keepBlock() {
        block = List.of();
    }

    /** Removes the block. */
    public synchronized void clear() {
        erase();
        out.flush();
    }

    @Override
    public void close() {
        clear();
    }

    private void erase() {
        if (!block.isEmpty()) {
            out.printf(Locale.ROOT, UP_AND_CLEAR, block.size());
            block = List.of();
        }
    }

    private void draw(List<String> lines) {
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            // A line that wraps takes two rows, and redrawing would not move up far enough.
            String clean = clean(line);
            text.append(clean.length() > WIDTH ? clean.substring(0, WIDTH) : clean)
                    .append(System.lineSeparator());
        }
        out.print(text);
        out.flush();
        block = List.copyOf(lines);
    }

    private static String clean(String text) {
        return Printable.clean(Secrets.mask(text));
    }

    // From Java 22 on, there may be a console without a terminal; Console.isTerminal tells.
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null || "dumb".equals(System.getenv("TERM"))) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            return false;
        }
    }
}
