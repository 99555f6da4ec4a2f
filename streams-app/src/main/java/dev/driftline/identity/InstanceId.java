package dev.driftline.identity;

import dev.driftline.codec.WholeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * The name of an instance in its consumer group, in a file beside its stores: whoever has the stores is that instance. By it
 * an instance that was killed takes its place in the group again as soon as it is back, instead of waiting until its dead self
 * has timed out. Used by one thread, which has the folder to itself.
 */
public final class InstanceId {

    private static final String FILE = "instance.id";

    private InstanceId() {}

    /**
     * That of the instance whose stores are in {@code folder}; a new one where there is none.
     *
     * @param folder {@code state.dir/application.id}
     * @throws IOException if it cannot be read or written
     */
    public static String in(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (Files.exists(file)) {
            String noted = Files.readString(file, StandardCharsets.US_ASCII).strip();
            try {
                return UUID.fromString(noted).toString();
            } catch (IllegalArgumentException e) {
                // A power cut may have left an empty file; another name costs a timeout once.
            }
        }
        String made = UUID.randomUUID().toString();
        byte[] line = (made + System.lineSeparator()).getBytes(StandardCharsets.US_ASCII);
        WholeFile.write(file, channel -> channel.write(ByteBuffer.wrap(line)));
        return made;
    }
}
