package dev.driftline.bulk;

import dev.driftline.bulk.RowCost.Cost;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * What rows cost, in their order, in a file that is only appended to: 20 bytes for a row, and for each part.
 *
 * <p><b>Format.</b> A head: magic number, version, what the run is (UTF). Then frames: length, CRC-32, rows. A frame that was cut
 * short or damaged, and what follows it, is dropped when the log is opened again. One thread.
 */
final class CostLog implements AutoCloseable {

    private static final int MAGIC = 0x44524c43;
    private static final int VERSION = 1;
    private static final int MOST_FRAME_BYTES = 1 << 28;
    private static final int MOST_PROBLEM = 2_000;

    private final RandomAccessFile out;
    private final boolean isComplete;
    private long rows;

    private CostLog(RandomAccessFile out, boolean isComplete, long rows) {
        this.out = out;
        this.isComplete = isComplete;
        this.rows = rows;
    }

    /**
     * The run that began the log at {@code path}; empty if there is none, or it was cut short before it said so.
     *
     * @throws IOException if something else is there
     */
    static String run(Path path) throws IOException {
        if (!Files.exists(path)) {
            return "";
        }
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(path)))) {
            if (in.readInt() != MAGIC || in.readInt() != VERSION) {
                throw new IOException(path + " is in the way, and was not written by this version: move or delete it");
            }
            return in.readUTF();
        } catch (EOFException e) {
            return "";
        }
    }

    /**
     * Opens {@code path} to go on with what it has of {@code run}, or begins it.
     *
     * @param visitor is shown every row that is there
     */
    static CostLog open(Path path, String run, Consumer<RowCost> visitor) throws IOException {
        boolean goesOn = run(path).equals(run);
        RandomAccessFile out = new RandomAccessFile(path.toFile(), "rw");
        try {
            lock(path, out);
            if (!goesOn) {
                out.setLength(0);
                out.writeInt(MAGIC);
                out.writeInt(VERSION);
                out.writeUTF(run);
                return new CostLog(out, false, 0);
            }
            long rows = 0;
            boolean isComplete = false;
            long end;
            try (Frames frames = new Frames(path)) {
                for (byte[] frame = frames.next(); frame != null; frame = frames.next()) {
                    isComplete = frame.length == 0;
                    if (isComplete) {
                        break;
                    }
                    List<RowCost> costs = decode(frame);
                    costs.forEach(visitor);
                    rows += costs.size();
                }
                end = frames.end;
            }
            out.setLength(end);
            out.seek(end);
            return new CostLog(out, isComplete, rows);
        } catch (IOException | RuntimeException e) {
            out.close();
            throw e;
        }
    }

    /** Two that write one log would make a wrong one. The lock goes with the file, or the process. */
    private static void lock(Path path, RandomAccessFile out) throws IOException {
        FileLock lock;
        try {
            lock = out.getChannel().tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        } catch (IOException e) {
            return; // a file system without locks
        }
        if (lock == null) {
            throw new IOException(path + " is written by another run: wait for it, or name another output");
        }
    }

    /** The rows in the log. */
    long rows() {
        return rows;
    }

    /** Whether it has all rows of its file. */
    boolean isComplete() {
        return isComplete;
    }

    void add(List<RowCost> costs) throws IOException {
        if (!costs.isEmpty()) {
            write(encode(costs));
            rows += costs.size();
        }
    }

    /** Notes that these were all rows. */
    void complete() throws IOException {
        write(new byte[0]);
    }

    private void write(byte[] frame) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(frame.length + 8);
        DataOutputStream data = new DataOutputStream(bytes);
        data.writeInt(frame.length);
        data.writeInt(sum(frame));
        data.write(frame);
        out.write(bytes.toByteArray());
    }

    private static int sum(byte[] frame) {
        CRC32 sum = new CRC32();
        sum.update(frame);
        return (int) sum.getValue();
    }

    private static byte[] encode(List<RowCost> costs) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(24 * costs.size());
        DataOutputStream data = new DataOutputStream(bytes);
        for (RowCost cost : costs) {
            if (cost.problem().isPresent()) {
                String problem = cost.problem().get();
                data.writeInt(-1);
                data.writeUTF(problem.length() > MOST_PROBLEM ? problem.substring(0, MOST_PROBLEM) : problem);
            } else {
                data.writeInt(cost.parts().size());
                write(cost.total(), data);
                for (Cost part : cost.parts()) {
                    write(part, data);
                }
            }
        }
        return bytes.toByteArray();
    }

    private static void write(Cost cost, DataOutputStream data) throws IOException {
        data.writeInt(cost.tokens());
        data.writeInt(cost.unknown());
        data.writeDouble(cost.bits());
    }

    private static List<RowCost> decode(byte[] frame) throws IOException {
        DataInputStream data = new DataInputStream(new ByteArrayInputStream(frame));
        List<RowCost> costs = new ArrayList<>();
        while (data.available() > 0) {
            int parts = data.readInt();
            if (parts < 0) {
                costs.add(RowCost.problem(data.readUTF()));
                continue;
            }
            Cost total = read(data);
            List<Cost> list = new ArrayList<>(parts);
            for (int i = 0; i < parts; i++) {
                list.add(read(data));
            }
            costs.add(RowCost.of(total, list));
        }
        return costs;
    }

    private static Cost read(DataInputStream data) throws IOException {
        return new Cost(data.readInt(), data.readInt(), data.readDouble());
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    /** The rows of a log, one frame in memory at a time. */
    static final class Reading implements Iterator<RowCost>, AutoCloseable {

        private final Frames frames;
        private Iterator<RowCost> frame = List.<RowCost>of().iterator();

        Reading(Path path) throws IOException {
            frames = new Frames(path);
        }

        @Override
        public boolean hasNext() {
            try {
                while (!frame.hasNext()) {
                    byte[] next = frames.next();
                    if (next == null || next.length == 0) {
                        return false;
                    }
                    frame = decode(next).iterator();
                }
                return true;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public RowCost next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return frame.next();
        }

        @Override
        public void close() throws IOException {
            frames.close();
        }
    }

    private static final class Frames implements AutoCloseable {

        private final DataInputStream in;
        /** Behind the last whole frame. */
        private long end;

        Frames(Path path) throws IOException {
            InputStream file = Files.newInputStream(path);
            in = new DataInputStream(new BufferedInputStream(file, 1 << 16));
            in.readInt();
            in.readInt();
            int run = in.readUnsignedShort();
            in.skipNBytes(run);
            end = 10 + run;
        }

        byte @Nullable [] next() throws IOException {
            try {
                int length = in.readInt();
                int sum = in.readInt();
                if (length < 0 || length > MOST_FRAME_BYTES) {
                    return null;
                }
                byte[] frame = in.readNBytes(length);
                if (frame.length < length || sum(frame) != sum) {
                    return null;
                }
                end += 8L + length;
                return frame;
            } catch (EOFException e) {
                return null;
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
