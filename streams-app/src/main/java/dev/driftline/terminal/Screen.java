package dev.driftline.terminal;

import java.io.Console;
import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Locale;

/**
 * Output that has lines which stay, and a block of lines at the end which changes.
 *
 * <p>On a terminal the block is redrawn in place. Elsewhere (a pipe, a file, a build log) there is no block: a caller asks
 * {@link #live()} and prints lines now and then instead. Thread-safe.
 */
public final class Screen implements AutoCloseable {

    private static final String UP_AND_CLEAR = "\u001b[%dA\u001b[0J";
    private static final int WIDTH = 118;

    private final PrintWriter out;
    private final boolean live;
    private List<String> block = List.of();

    /** A screen on {@code out}; {@code live} says whether it is a terminal. */
    public Screen(PrintWriter out, boolean live) {
        this.out = out;
        this.live = live;
    }

    /** A screen on {@code out}, which writes to where this process's output goes. */
    public static Screen on(PrintWriter out) {
        return new Screen(out, isTerminal());
    }

    /** Whether blocks are drawn. */
    public boolean live() {
        return live;
    }

    /** Prints a line that stays, above the block. */
    public synchronized void line(String text) {
        List<String> shown = block;
        erase();
        out.println(text);
        out.flush();
        draw(shown);
    }

    /** Replaces the block; nothing happens where there is none. */
    public synchronized void block(List<String> lines) {
        if (live) {
            erase();
            draw(lines);
        }
    }

    /** Leaves the block as it is and goes on below it. */
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
            // A line that wraps would be two, and redrawing would climb too little.
            text.append(line.length() > WIDTH ? line.substring(0, WIDTH) : line).append(System.lineSeparator());
        }
        out.print(text);
        out.flush();
        block = List.copyOf(lines);
    }

    // From Java 22 on there is a console without a terminal, and Console.isTerminal tells.
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
