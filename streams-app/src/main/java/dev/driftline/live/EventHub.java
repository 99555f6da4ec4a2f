package dev.driftline.live;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Passes events on to subscribers, and keeps the last of them for those who come back. Thread-safe.
 *
 * <p>An event's id is {@code EPOCH-NUMBER}: the epoch is this hub's, so that an id of another instance, or of this one
 * before a restart, is not mistaken for one of these.
 */
public final class EventHub {

    /** Most bytes of events that are kept for those who come back. */
    static final int KEPT_BYTES = 768 * 1024;

    /** Somebody who is told. */
    public interface Subscriber {
        /**
         * Takes an event without waiting for anything; called from the hub's threads, one at a time.
         *
         * @return false if it wants no more, now and later
         */
        boolean receive(LiveEvent event);

        /** Ends it; it is told nothing afterwards. Called at most once, and not after {@link #receive} returned false. */
        void end();
    }

    private final int mostSubscribers;
    private final String epoch = Long.toString(System.currentTimeMillis(), 36);
    private final Deque<LiveEvent> kept = new ArrayDeque<>();
    private final Set<Subscriber> subscribers = new LinkedHashSet<>();
    private int keptBytes;
    private long next = 1;
    private boolean closed;

    /** A hub without subscribers, for at most {@code mostSubscribers} at a time. */
    EventHub(int mostSubscribers) {
        this.mostSubscribers = mostSubscribers;
    }

    /**
     * Adds a subscriber: it is told first whether it can go on after {@code lastId}, then what it has missed, then what
     * comes.
     *
     * @param lastId the id of the last event that it got; empty if it is new
     * @return false if there are too many, or the hub is closed
     */
    public synchronized boolean subscribe(Subscriber subscriber, String lastId) {
        if (closed || subscribers.size() >= mostSubscribers) {
            return false;
        }
        long missed = missed(lastId);
        boolean alive = subscriber.receive(LiveEvent.of("status", Map.of("resumed", missed >= 0)));
        if (missed > 0) {
            Iterator<LiveEvent> events = kept.iterator();
            for (long skip = kept.size() - missed; skip > 0; skip--) {
                events.next();
            }
            while (alive && events.hasNext()) {
                alive = subscriber.receive(events.next());
            }
        }
        if (alive) {
            subscribers.add(subscriber);
        }
        return true;
    }

    /** How many of the kept events came after {@code id}; −1 if that is not known any more. */
    private long missed(String id) {
        if (!id.startsWith(epoch + "-")) {
            return -1;
        }
        try {
            long seen = Long.parseLong(id.substring(epoch.length() + 1));
            long missed = next - 1 - seen;
            return seen < 0 || missed < 0 || missed > kept.size() ? -1 : missed;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** Removes a subscriber that has gone. */
    public synchronized void unsubscribe(Subscriber subscriber) {
        subscribers.remove(subscriber);
    }

    /** How many subscribers there are. */
    public synchronized int subscribers() {
        return subscribers.size();
    }

    /** Tells everybody, and keeps it for those who come back. */
    public synchronized void publish(String type, Object data) {
        LiveEvent event = LiveEvent.of(epoch + "-" + next, type, data);
        next++;
        kept.addLast(event);
        keptBytes += event.frame().length;
        while (keptBytes > KEPT_BYTES) {
            keptBytes -= kept.removeFirst().frame().length;
        }
        tell(event);
    }

    /** Tells those who are there now. */
    synchronized void announce(String type, Object data) {
        if (!subscribers.isEmpty()) {
            tell(LiveEvent.of(type, data));
        }
    }

    private void tell(LiveEvent event) {
        subscribers.removeIf(subscriber -> !subscriber.receive(event));
    }

    /** Ends all subscribers; nobody can subscribe any more. */
    void close() {
        List<Subscriber> left;
        synchronized (this) {
            closed = true;
            left = new ArrayList<>(subscribers);
            subscribers.clear();
        }
        left.forEach(Subscriber::end);
    }
}
