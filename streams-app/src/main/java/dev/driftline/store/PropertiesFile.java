package dev.driftline.store;

import dev.driftline.codec.WholeFile;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Properties;

/** Small files of properties beside a model, which are replaced as a whole: a full disk leaves the one of before. */
public final class PropertiesFile {

    private PropertiesFile() {}

    /**
     * Writes {@code properties}.
     *
     * @param about a line for whoever opens the file
     * @throws IOException if it cannot be written; what was there is still there
     */
    public static void write(Path file, Properties properties, String about) throws IOException {
        StringWriter text = new StringWriter();
        properties.store(text, about);
        ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
        WholeFile.write(file, channel -> {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
    }
}
