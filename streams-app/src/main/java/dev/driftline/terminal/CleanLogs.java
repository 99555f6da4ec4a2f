package dev.driftline.terminal;

import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.nio.charset.StandardCharsets;

/**
 * Lines of the log as {@code logback.xml} writes them: {@link Printable#clean}, without {@link Secrets}, UTF-8. The second and
 * further lines of one message are indented, so that a word with a line feed in it cannot pass for a message of its own.
 */
public final class CleanLogs extends PatternLayoutEncoder {

    private static final String INDENT = "  ";

    @Override
    public byte[] encode(ILoggingEvent event) {
        return clean(getLayout().doLayout(event)).getBytes(StandardCharsets.UTF_8);
    }

    /** One message, its stack trace with it. */
    static String clean(String message) {
        String text = Printable.clean(Secrets.mask(message));
        int end = text.length();
        while (end > 0 && (text.charAt(end - 1) == '\n' || text.charAt(end - 1) == '\r')) {
            end--;
        }
        String body = text.substring(0, end);
        return body.indexOf('\n') < 0 ? text : body.replace("\n", "\n" + INDENT) + text.substring(end);
    }
}
