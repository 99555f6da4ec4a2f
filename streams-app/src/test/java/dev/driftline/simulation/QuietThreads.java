package dev.driftline.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/** Threads that log nothing: what is made to fail a thousand times says so a thousand times. Others log on. */
final class QuietThreads extends TurboFilter {

    /** How the names of such threads begin. */
    static final String PREFIX = "history";

    private static boolean silenced;

    private QuietThreads() {}

    /** Begins to keep such threads from logging. */
    static synchronized void silence() {
        ILoggerFactory loggers = LoggerFactory.getILoggerFactory();
        if (!silenced && loggers instanceof LoggerContext context) {
            context.addTurboFilter(new QuietThreads());
            silenced = true;
        }
    }

    @Override
    public FilterReply decide(
            Marker marker, Logger logger, Level level, String format, Object[] arguments, Throwable failure) {
        return Thread.currentThread().getName().startsWith(PREFIX) ? FilterReply.DENY : FilterReply.NEUTRAL;
    }
}
