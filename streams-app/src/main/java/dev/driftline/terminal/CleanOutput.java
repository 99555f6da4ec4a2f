package dev.driftline.terminal;

import dev.driftline.codec.ClosedPipeException;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a command prints, on its way to a terminal, a pipe or a file. The one place where it is made {@link Printable#clean},
 * whatever record, file or answer it comes from; and where a failure to write is remembered, which a {@link PrintWriter} keeps
 * to itself.
 *
 * <p>What was JSON stays JSON: a control character can stand only in a string of it, where {@code \}{@code u009B} means the
 * same. Each call of a {@code print} or {@code println} is cleaned by itself. Thread-safe, as a {@link PrintWriter} is.
 */
public final class CleanOutput extends PrintWriter {

    private final Target target;

    private CleanOutput(Target target, boolean autoFlush) {
        super(target, autoFlush);
        this.target = target;
    }

    /** Standard output of this process, not cleaned yet; UTF-8 whatever the locale, for tokens are Unicode. */
    public static CleanOutput standard() {
        Writer out = new OutputStreamWriter(
                new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)), StandardCharsets.UTF_8);
        return new CleanOutput(new Target(out, UnaryOperator.identity(), new AtomicReference<>()), false);
    }

    /** Cleans what goes to {@code out}. */
    public static CleanOutput of(PrintWriter out) {
        return new CleanOutput(through(out, Printable::clean), false);
    }

    /** Cleans what goes to {@code err}, and takes out {@link Secrets}: messages of libraries repeat what they were given. */
    public static CleanOutput ofMessages(PrintWriter err) {
        return new CleanOutput(through(err, text -> Printable.clean(Secrets.mask(text))), true);
    }

    /** Where {@code out} prints, past the cleaning: for a {@link Screen}, which moves the cursor and cleans its lines itself. */
    static PrintWriter uncleaned(PrintWriter out) {
        return new CleanOutput(through(out, UnaryOperator.identity()), false);
    }

    private static Target through(PrintWriter out, UnaryOperator<String> clean) {
        return out instanceof CleanOutput known
                ? new Target(known.target.out, clean, known.target.failure)
                : new Target(out, clean, new AtomicReference<>());
    }

    /** Writes out what is buffered, and says why something printed so far could not be written; empty if all of it was. */
    public Optional<String> failure() {
        flush();
        return Optional.ofNullable(target.failure.get());
    }

    /** Whether a {@link #failure()} says that the reader of a pipe has gone, as {@code head} does when it has enough. */
    public static boolean isClosedPipe(String failure) {
        return ClosedPipeException.isSaidBy(failure);
    }

    /** The writer below, which remembers its first failure. */
    private static final class Target extends Writer {

        private final Writer out;
        private final UnaryOperator<String> clean;
        private final AtomicReference<@Nullable String> failure;

        Target(Writer out, UnaryOperator<String> clean, AtomicReference<@Nullable String> failure) {
            this.out = out;
            this.clean = clean;
            this.failure = failure;
        }

        @Override
        public void write(String text, int from, int length) throws IOException {
            remembering(() -> out.write(clean.apply(text.substring(from, from + length))));
        }

        @Override
        public void write(char[] text, int from, int length) throws IOException {
            remembering(() -> out.write(clean.apply(new String(text, from, length))));
        }

        @Override
        public void flush() throws IOException {
            remembering(() -> {
                out.flush();
                if (out instanceof PrintWriter printer && printer.checkError()) {
                    throw new IOException("the output is closed, or cannot be written");
                }
            });
        }

        @Override
        public void close() throws IOException {
            flush();
            out.close();
        }

        private interface Step {
            void run() throws IOException;
        }

        private void remembering(Step step) throws IOException {
            try {
                step.run();
            } catch (IOException e) {
                failure.compareAndSet(null, String.valueOf(e.getMessage()));
                throw e;
            }
        }
    }
}
