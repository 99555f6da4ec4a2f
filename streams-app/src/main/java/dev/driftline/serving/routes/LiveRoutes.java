package dev.driftline.serving.routes;

import dev.driftline.live.EventHub;
import dev.driftline.live.InputPosition;
import dev.driftline.live.LiveEvent;
import dev.driftline.live.LiveFeed;
import dev.driftline.serving.http.EventStream;
import dev.driftline.serving.http.Problem;
import dev.driftline.serving.http.ProblemException;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.http.request.RequestArguments;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What happens now, all instances together.
 *
 * <pre>
 * GET /events?types=drift,promotion      server-sent events; Last-Event-ID goes on where a client was
 * GET /v1/sources?limit=100&amp;points=true  perplexity by source, and over time
 * GET /v1/drift?limit=100&amp;source=news    the last drift events
 * GET /v1/promotions?limit=100           the last decisions on snapshots
 * GET /v1/documents?limit=10&amp;tokens=200  the last documents, word by word
 * </pre>
 */
final class LiveRoutes implements RouteGroup {

    private static final int MOST_SOURCES = 2_000;
    private static final int MOST_EVENTS = 1_000;
    private static final int MOST_DOCUMENTS = 50;
    private static final int MOST_TOKENS = 20_000;
    private static final Set<String> TYPES = Collections.unmodifiableSet(
            new LinkedHashSet<>(List.of("score", "drift", "promotion", "retraction", "sources", "status", "ping")));
    private static final List<String> POSITION = List.of("topic", "partition", "offset");
    /** How long a client waits before it connects again, in milliseconds. */
    private static final byte[] GREETING = "retry: 2000\n\n".getBytes(StandardCharsets.UTF_8);

    private static final Pattern COMMA = Pattern.compile(",");

    /** Bytes that may wait for a client: more than the hub keeps for those who come back. */
    private static final int MOST_WAITING = 1024 * 1024;

    private final LiveFeed feed;
    private final RequestPool pool;

    /**
     * The routes over a feed.
     *
     * @param feed started and closed with them
     * @param pool answers what may be long, as many at a time as it has threads
     */
    LiveRoutes(LiveFeed feed, RequestPool pool) {
        this.feed = feed;
        this.pool = pool;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        feed.start();
        routes.get("/events", this::events);
        routes.get("/v1/sources", this::sources);
        routes.get("/v1/drift", this::drift);
        routes.get("/v1/promotions", this::promotions);
        routes.get("/v1/documents", this::documents);
    }

    @Override
    public void close() {
        feed.close();
    }

    private void sources(Context context) {
        RequestArguments arguments = RequestArguments.of(context, "limit", "source", "points");
        int limit = arguments.whole("limit", 100, 1, MOST_SOURCES);
        Optional<String> source = arguments.text("source");
        boolean points = arguments.flag("points", true);
        pool.answer(context, () -> {
            Map<String, Object> answer = new LinkedHashMap<>(feed.status());
            answer.putAll(feed.sources().describe(limit, source, points));
            return answer;
        });
    }

    private void drift(Context context) {
        RequestArguments arguments = RequestArguments.of(context, "limit", "source");
        int limit = arguments.whole("limit", 100, 1, MOST_EVENTS);
        Optional<String> source = arguments.text("source");
        pool.answer(context, () -> Map.of("events", feed.drift(limit, source)));
    }

    private void promotions(Context context) {
        int limit = RequestArguments.of(context, "limit").whole("limit", 100, 1, MOST_EVENTS);
        pool.answer(context, () -> Map.of("decisions", feed.promotions(limit)));
    }

    private void documents(Context context) {
        RequestArguments arguments = RequestArguments.of(context, "limit", "tokens", "topic", "partition", "offset");
        int limit = arguments.whole("limit", 10, 1, MOST_DOCUMENTS);
        int tokens = arguments.whole("tokens", 200, 0, MOST_TOKENS);
        Optional<InputPosition> one = position(arguments);
        var answer =
                one.map(position -> feed.document(position, tokens)).orElseGet(() -> feed.documents(limit, tokens));
        context.future(() -> answer.thenAccept(documents -> context.json(Map.of("documents", documents))));
    }

    private static Optional<InputPosition> position(RequestArguments arguments) {
        long given = POSITION.stream().filter(arguments::has).count();
        if (given == 0) {
            return Optional.empty();
        }
        if (given < POSITION.size()) {
            throw ProblemException.cannotHonour(
                    "topic, partition and offset name one document together: give all of them, or none");
        }
        arguments.refuse("limit", "has no effect where topic, partition and offset name one document: leave it out");
        return Optional.of(new InputPosition(
                arguments.text("topic").orElseThrow(),
                arguments.whole("partition", 0, 0, Integer.MAX_VALUE),
                arguments.whole("offset", 0L, 0, Long.MAX_VALUE)));
    }

    private void events(Context context) {
        RequestArguments arguments = RequestArguments.of(context, "types", "last_event_id");
        Set<String> types = types(arguments);
        // A browser that connects again sends the header, and the query as it was.
        String lastId = Optional.ofNullable(context.header("Last-Event-ID"))
                .or(() -> arguments.text("last_event_id"))
                .orElse("");
        if (EventStream.answeredHead(context)) {
            return;
        }
        context.future(() -> {
            // It lasts as long as the client wants.
            context.req().getAsyncContext().setTimeout(0);
            EventStream stream = EventStream.of(context, MOST_WAITING);
            Follower follower = new Follower(stream, types);
            stream.write(GREETING);
            if (!feed.events().subscribe(follower, lastId)) {
                context.header("Retry-After", "10");
                throw new ProblemException(Problem.of(503, "too many follow the events of this instance already"));
            }
            stream.begin();
            stream.ended().thenRun(() -> feed.events().unsubscribe(follower));
            return stream.answered();
        });
    }

    private static Set<String> types(RequestArguments arguments) {
        Optional<String> wanted = arguments.text("types");
        if (wanted.isEmpty()) {
            return TYPES;
        }
        Set<String> types = new LinkedHashSet<>();
        for (String type : COMMA.split(wanted.get(), -1)) {
            if (!TYPES.contains(type)) {
                throw ProblemException.cannotHonour("types=" + wanted.get() + ": there is no event type '" + type
                        + "'; there are " + String.join(", ", TYPES) + ", separated by commas");
            }
            types.add(type);
        }
        return types;
    }

    /**
     * A client that follows the feed; the bytes of an event are shared by all clients. Thread-safe.
     *
     * @param types the types of events that are wanted
     */
    private record Follower(EventStream stream, Set<String> types) implements EventHub.Subscriber {

        @Override
        public boolean receive(LiveEvent event) {
            if (types.contains(event.type())) {
                return stream.write(event.frame());
            }
            // Once a second, so that a quiet stream is told from a dead one.
            return event.type().equals("status") ? stream.ping() : !stream.isOver();
        }

        @Override
        public void end() {
            stream.end();
        }
    }
}
