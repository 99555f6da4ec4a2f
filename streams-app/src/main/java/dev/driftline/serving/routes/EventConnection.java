package dev.driftline.serving.routes;

import dev.driftline.live.EventHub;
import dev.driftline.live.LiveEvent;
import dev.driftline.serving.http.EventStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** A client that follows the live feed. The bytes of an event are shared by all clients. Thread-safe. */
final class EventConnection implements EventHub.Subscriber {

    private static final byte[] GREETING = "retry: 2000\n\n".getBytes(StandardCharsets.UTF_8);

    private final EventStream stream;
    private final Set<String> types;

    /** @param types the types of events that are wanted; empty for all */
    EventConnection(EventStream stream, Set<String> types) {
        this.stream = stream;
        this.types = types;
        stream.write(GREETING);
    }

    @Override
    public boolean receive(LiveEvent event) {
        boolean wanted =
                types.isEmpty() || types.contains(event.type()) || event.type().equals("status");
        return wanted ? stream.write(event.frame()) : !stream.isOver();
    }

    @Override
    public void end() {
        stream.end();
    }
}
