package dev.driftline.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** How much the libraries may say on standard error. */
final class Logs {

    private Logs() {}

    /**
     * Lets Kafka and Driftline say everything that matters to whoever looks for a fault. Otherwise what the logging
     * configuration says stays.
     */
    static void verbose() {
        level("ROOT", Level.INFO);
        level("kafka", Level.INFO);
        level("org.apache.kafka", Level.INFO);
    }

    /**
     * Only errors: for commands that come and go and say themselves what there is to say. The service does not call this,
     * its operator wants to know when a broker is away.
     */
    static void quiet() {
        level("ROOT", Level.ERROR);
        level("kafka", Level.ERROR);
        level("org.apache.kafka", Level.ERROR);
        level("dev.driftline", Level.WARN);
    }

    private static void level(String logger, Level level) {
        // Something else while another thread starts the logging, as in tests that run side by side.
        if (LoggerFactory.getLogger(logger) instanceof Logger logback) {
            logback.setLevel(level);
        }
    }
}
