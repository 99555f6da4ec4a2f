package dev.driftline.cli.arpa;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driftline.cli.query.InstanceClient;
import dev.driftline.codec.FolderTree;
import dev.driftline.store.StateDirectory;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * Brings copies of all shards of a running service into a folder, which is like the state of a stopped one then. Every shard is as of
 * its last commit at the moment at which the service was asked.
 */
final class InstanceCopies {

    private static final String PATH = "/v1/copies";

    /** A file that every store of RocksDB has. */
    private static final String FIRST_FILE = "CURRENT";

    private final URI instance;
    private final InstanceClient client;
    private final BooleanSupplier stopped;
    private final LongConsumer progress;
    private long bytes;

    /**
     * @param stopped whether the user wants it to end
     * @param progress told how many bytes have come
     */
    InstanceCopies(URI instance, InstanceClient client, BooleanSupplier stopped, LongConsumer progress) {
        this.instance = instance;
        this.client = client;
        this.stopped = stopped;
        this.progress = progress;
    }

    /**
     * Fills a folder.
     *
     * @throws CommandFailedException if the service does not give them
     */
    void into(Path folder) throws IOException {
        FolderTree.delete(folder);
        Files.createDirectories(folder);
        try {
            JsonNode copies = PlainJson.read(client.post(PATH, "{}")).path("copies");
            try {
                for (JsonNode copy : copies) {
                    // A copy that nobody has begun to read may have to make room.
                    client.bytes(path(copy) + "/" + FIRST_FILE);
                }
                for (JsonNode copy : copies) {
                    read(
                            copy,
                            StateDirectory.shardFolder(
                                    folder, copy.path("shard").asInt()));
                }
            } finally {
                for (JsonNode copy : copies) {
                    client.delete(path(copy));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailedException("interrupted");
        } catch (IOException e) {
            String reason = e.getMessage() == null ? "" : " (" + e.getMessage() + ")";
            throw new CommandFailedException("the counts of " + instance + " cannot be read" + reason
                    + ": is it running, and is there room on the disk?");
        }
    }

    private static String path(JsonNode copy) {
        return PATH + "/" + copy.path("shard").asInt() + "/" + copy.path("copy").asText();
    }

    private void read(JsonNode copy, Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        for (JsonNode file : copy.path("files")) {
            String name = file.path("name").asText();
            if (!name.matches("[A-Za-z0-9._-]+") || name.startsWith(".")) {
                throw new CommandFailedException(instance + " names a file that no store has");
            }
            long size = file.path("bytes").asLong();
            try (OutputStream out = Files.newOutputStream(folder.resolve(name))) {
                for (long from = 0; from < size; ) {
                    if (stopped.getAsBoolean()) {
                        throw new CommandFailedException("stopped; nothing was written", ExitCodes.INTERRUPTED);
                    }
                    byte[] part = client.bytes(path(copy) + "/" + name + "?from=" + from);
                    if (part.length == 0) {
                        throw new IOException(name + " ended before its end");
                    }
                    out.write(part);
                    from += part.length;
                    bytes += part.length;
                    progress.accept(bytes);
                }
            }
        }
    }
}
