package dev.driftline.cli.arpa;

import dev.driftline.codec.StandardOutput;
import dev.driftline.codec.WholeFile;
import dev.driftline.export.BackoffNgrams;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/**
 * Where an exported model goes: a file, which appears when it is whole and not before, or standard output.
 *
 * @param path empty for standard output
 * @param gzip whether it is compressed
 */
record ArpaFile(Optional<Path> path, boolean gzip) {

    /** Standard output as an option names it. */
    static final String STANDARD_OUTPUT = "-";

    private static final String GZIP = ".gz";

    private static final int BUFFER = 1 << 16;

    /** The place that {@code --output} names; compressed, too, if its name ends in {@code .gz}. */
    static ArpaFile of(String output, boolean gzip) {
        return output.equals(STANDARD_OUTPUT)
                ? new ArpaFile(Optional.empty(), gzip)
                : new ArpaFile(Optional.of(Path.of(output)), gzip || output.endsWith(GZIP));
    }

    /** {@code driftline.arpa} in a folder, or {@code driftline.arpa.gz}. */
    static ArpaFile in(Path folder, boolean gzip) {
        return new ArpaFile(Optional.of(folder.resolve("driftline.arpa" + (gzip ? GZIP : ""))), gzip);
    }

    /** Its folder; empty for standard output. */
    Optional<Path> folder() {
        return path.map(file -> Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file has a folder"));
    }

    /**
     * Writes a model. A file of that name is replaced in one step.
     *
     * @param work where it is written, until it is whole
     * @return the bytes of the model, before compression
     */
    long write(BackoffNgrams model, WorkFolder work) throws IOException {
        if (path.isEmpty()) {
            return write(model, new StandardOutput());
        }
        Path part = work.resolve("model.part");
        long bytes;
        try (OutputStream out = Files.newOutputStream(part)) {
            bytes = write(model, out);
        }
        WholeFile.replace(part, path.get());
        return bytes;
    }

    private long write(BackoffNgrams model, OutputStream out) throws IOException {
        if (!gzip) {
            return model.write(out);
        }
        // What is open is that of the caller.
        GZIPOutputStream compressed = new GZIPOutputStream(new BufferedOutputStream(out, BUFFER), BUFFER);
        long bytes = model.write(compressed);
        compressed.finish();
        compressed.flush();
        return bytes;
    }

    @Override
    public String toString() {
        return path.map(Path::toString).orElse("standard output");
    }
}
