package dev.driftline.torture.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an instance says of itself, line by line as it comes, over all of its lives: what it is doing, and what went wrong.
 * Thread-safe.
 */
final class InstanceLog {

    private static final Pattern ADDRESS = Pattern.compile("answers at (https?://\\S+);");
    private static final Pattern RESTORING = Pattern.compile("Restoring (\\S+ partition \\d+): \\d+ records");
    private static final Pattern RESTORED = Pattern.compile("Restored (\\S+ partition \\d+): ");
    private static final Pattern ROUND_BEGINS = Pattern.compile("Round \\S+: \\d+ new documents");
    private static final Pattern ROUND_ENDS = Pattern.compile(": (Round: |A round |Stopping a round)");
    private static final Pattern WRONG = Pattern.compile(" ERROR |stream thread died|is damaged|deleted and restored");
    private static final int MOST_WRONG = 1000;

    private final Path file;
    private final Set<String> restoring = new HashSet<>();
    private final List<String> wrong = new ArrayList<>();
    private Optional<String> address = Optional.empty();
    private boolean rebalancing;
    private boolean training;
    private long position;
    private int wrongTaken;

    InstanceLog(Path file) {
        this.file = file;
    }

    /** Another life begins, of which nothing has been said. */
    synchronized void begin() {
        read();
        restoring.clear();
        address = Optional.empty();
        rebalancing = false;
        training = false;
    }

    synchronized Optional<String> address() {
        read();
        return address;
    }

    synchronized boolean isRestoring() {
        read();
        return !restoring.isEmpty();
    }

    synchronized boolean isRebalancing() {
        read();
        return rebalancing;
    }

    synchronized boolean isTraining() {
        read();
        return training;
    }

    /** What went wrong since the last call. */
    synchronized List<String> takeWrong() {
        read();
        List<String> more = List.copyOf(wrong.subList(wrongTaken, wrong.size()));
        wrongTaken = wrong.size();
        return more;
    }

    private void read() {
        if (!Files.exists(file)) {
            return;
        }
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            long length = in.length();
            if (length <= position) {
                return;
            }
            byte[] bytes = new byte[(int) Math.min(16 << 20, length - position)];
            in.seek(position);
            in.readFully(bytes);
            int end = bytes.length;
            while (end > 0 && bytes[end - 1] != '\n') {
                end--; // the rest of a line that is being written comes with the next call
            }
            position += end;
            new String(bytes, 0, end, StandardCharsets.UTF_8).lines().forEach(this::line);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("cannot read " + file, e);
        }
    }

    private void line(String line) {
        Matcher matcher = RESTORING.matcher(line);
        if (matcher.find()) {
            restoring.add(matcher.group(1));
            return;
        }
        matcher = RESTORED.matcher(line);
        if (matcher.find()) {
            restoring.remove(matcher.group(1));
            return;
        }
        matcher = ADDRESS.matcher(line);
        if (matcher.find()) {
            address = Optional.of(matcher.group(1));
        }
        if (line.contains("REBALANCING (was")) {
            rebalancing = true;
        } else if (line.contains("RUNNING (was")) {
            rebalancing = false;
            restoring.clear();
        } else if (ROUND_BEGINS.matcher(line).find()) {
            training = true;
        } else if (ROUND_ENDS.matcher(line).find()) {
            training = false;
        }
        if (wrong.size() < MOST_WRONG && WRONG.matcher(line).find()) {
            wrong.add(line);
        }
    }
}
