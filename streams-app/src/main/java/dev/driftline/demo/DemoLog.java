package dev.driftline.demo;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.FileAppender;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.slf4j.LoggerFactory;

/** While open, sends the log of this process to a file instead of the terminal, where it would tear the display. */
final class DemoLog implements AutoCloseable {

    private final Logger root;
    private final FileAppender<ILoggingEvent> file = new FileAppender<>();
    private final List<Appender<ILoggingEvent>> before = new ArrayList<>();

    private DemoLog(LoggerContext context, Path path) {
        this.root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%d{HH:mm:ss.SSS} %-5level [%thread] %logger{20}: %msg%n");
        encoder.start();
        file.setContext(context);
        file.setFile(path.toString());
        file.setEncoder(encoder);
        file.start();
        for (Iterator<Appender<ILoggingEvent>> each = root.iteratorForAppenders(); each.hasNext(); ) {
            before.add(each.next());
        }
        before.forEach(root::detachAppender);
        root.addAppender(file);
    }

    /** Sends the log to {@code path} from now on. */
    static DemoLog to(Path path) {
        return new DemoLog((LoggerContext) LoggerFactory.getILoggerFactory(), path);
    }

    @Override
    public void close() {
        root.detachAppender(file);
        file.stop();
        before.forEach(root::addAppender);
    }
}
