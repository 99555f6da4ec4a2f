package dev.driftline.failures;

import dev.driftline.codec.WholeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which records have failed after state had begun to change, and how often: such a record is tried {@value #MOST} times, then
 * passed over, and becomes a dead letter. Each try costs a stream thread, for only an aborted transaction brings the state
 * back to what it was.
 *
 * <p>The tries are remembered by the process, and so survive the thread that dies of them, and in a file beside the state
 * stores, and so survive a restart in the same {@code state.dir}. Where the record is given to another instance, it is tried
 * as often there. Once a failure of a kind (operator, exception and where it was thrown) has come {@value #MOST} times with one
 * record, it is known to be no accident: the next records with it are tried once. At most {@value #REMEMBERED} records are
 * remembered.
 *
 * <p>Thread-safe.
 */
public final class RecordTries {

    /** How often a record is tried. */
    public static final int MOST = 3;

    static final int REMEMBERED = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(RecordTries.class);

    private static final String FILE = "record-tries.tsv";
    private static final int WHY_CHARACTERS = 500;

    private record Tried(int times, String why) {}

    private final Optional<Path> file;
    private final Consumer<Stage> probe;
    private final Map<RecordPlace, Tried> tried = new LinkedHashMap<>();
    private final Set<String> proven = new HashSet<>();

    /** Read without the lock: it is nearly always empty. */
    private volatile boolean empty = true;

    /** Remembers in memory alone. */
    public RecordTries() {
        this(Optional.empty(), stage -> {});
    }

    /**
     * Remembers in memory alone.
     *
     * @param probe called at every stage, from which tests throw what the stage is to fail with
     */
    public RecordTries(Consumer<Stage> probe) {
        this(Optional.empty(), probe);
    }

    /**
     * Goes on from what is noted in {@code folder}.
     *
     * @param folder of the application, below {@code state.dir}; it need not be there
     */
    public RecordTries(Path folder) {
        this(folder, stage -> {});
    }

    /**
     * As the other.
     *
     * @param probe called at every stage, from which tests throw what the stage is to fail with
     */
    public RecordTries(Path folder, Consumer<Stage> probe) {
        this(Optional.of(folder.resolve(FILE)), probe);
    }

    private RecordTries(Optional<Path> file, Consumer<Stage> probe) {
        this.file = file;
        this.probe = probe;
        file.filter(Files::isRegularFile).ifPresent(this::read);
        empty = tried.isEmpty();
    }

    /** Says that work on a record has come to {@code stage}. */
    public void reached(Stage stage) {
        probe.accept(stage);
    }

    /** Whether no record has failed: then nothing need be asked about any. */
    public boolean isEmpty() {
        return empty;
    }

    /** Why {@code record} is passed over; empty where it is to be tried. */
    public synchronized Optional<String> spent(RecordPlace record) {
        return Optional.ofNullable(tried.get(record))
                .filter(known -> known.times() >= MOST)
                .map(known -> "failed " + known.times() + " times: " + known.why());
    }

    /**
     * Notes that work on {@code record} has failed.
     *
     * @return what to throw
     */
    public synchronized RecordFailedException failed(RecordPlace record, Throwable failure) {
        // What was in its place before is gone.
        tried.keySet().removeIf(record::isAfter);
        Tried before = tried.remove(record);
        String kind = kind(record, failure);
        int times = proven.contains(kind) ? MOST : 1 + (before == null ? 0 : before.times());
        if (times >= MOST && proven.size() < REMEMBERED) {
            proven.add(kind);
        }
        tried.put(record, new Tried(times, oneLine(failure.toString())));
        if (tried.size() > REMEMBERED) {
            tried.remove(tried.keySet().iterator().next());
        }
        empty = false;
        write();
        String next = times >= MOST ? "it becomes a dead letter" : "it is tried again";
        return new RecordFailedException(
                "the record at " + record + " failed, try " + times + " of " + MOST + "; " + next, failure);
    }

    private static String kind(RecordPlace record, Throwable failure) {
        StackTraceElement[] trace = failure.getStackTrace();
        return record.work() + ' ' + failure.getClass().getName() + ' ' + (trace.length == 0 ? "" : trace[0]);
    }

    private static String oneLine(String text) {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() <= WHY_CHARACTERS ? line : line.substring(0, WHY_CHARACTERS);
    }

    private void read(Path from) {
        try {
            for (String line : Files.readAllLines(from, StandardCharsets.UTF_8)) {
                String[] fields = line.split("\t", 7);
                // Of a document that is not the first of its record: offset/document.
                String[] offset = fields[3].split("/", 2);
                tried.put(
                        new RecordPlace(
                                fields[0],
                                fields[1],
                                Integer.parseInt(fields[2]),
                                Long.parseLong(offset[0]),
                                offset.length == 1 ? 0 : Integer.parseInt(offset[1]),
                                Integer.parseInt(fields[4])),
                        new Tried(Integer.parseInt(fields[5]), fields[6]));
            }
        } catch (IOException | RuntimeException e) {
            // Records are tried anew then, which is the worst of it.
            LOG.warn("Cannot read which records have failed, in {}: {}", from, e.toString());
        }
    }

    private void write() {
        if (file.isEmpty()) {
            return;
        }
        List<String> lines = new ArrayList<>();
        tried.forEach((record, known) -> lines.add(String.join(
                "\t",
                record.work(),
                record.topic(),
                Integer.toString(record.partition()),
                record.offset() + (record.document() == 0 ? "" : "/" + record.document()),
                Integer.toString(record.print()),
                Integer.toString(known.times()),
                known.why())));
        Path to = file.get();
        try {
            byte[] text = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
            WholeFile.write(to, channel -> {
                for (ByteBuffer left = ByteBuffer.wrap(text); left.hasRemaining(); ) {
                    channel.write(left);
                }
            });
        } catch (IOException e) {
            LOG.warn("Cannot note in {} which record has failed: a restart tries it anew: {}", to, e.toString());
        }
    }
}
