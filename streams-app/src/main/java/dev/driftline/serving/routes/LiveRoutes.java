package dev.driftline.serving.routes;

import dev.driftline.live.EventHub;
import dev.driftline.live.InputPosition;
import dev.driftline.live.LiveEvent;
import dev.driftline.live.LiveFeed;
import dev.driftline.serving.http.EventStream;
import dev.driftline.serving.http.Problem;
import dev.driftline.serving.http.ProblemException;
import dev.driftline.serving.http.RequestArguments;
import dev.driftline.serving.http.RouteGroup;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

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
    private static final Set<String> TYPES = Set.of("score", "drift", "promotion", "sources", "status", "ping");
    /** How long a client waits before it connects again, in milliseconds. */
    private static final byte[] GREETING = "retry: 2000\n\n".getBytes(StandardCharsets.UTF_8);

    private static final Pattern COMMA = Pattern.compile(",");

    /** Bytes that may wait for a client: more than the hub keeps for those who come back. */
    private static final int MOST_WAITING = 1024 * 1024;

    private final LiveFeed feed;

    /**
     * The routes over a feed.
     *
     * @param feed started and closed with them
     */
    LiveRoutes(LiveFeed feed) {
        this.feed = feed;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        feed.start();
        routes.get("/events", this::events);
        routes.get("/v1/sources", this::sources);
        routes.get(
                "/v1/drift",
                context ->
                        context.json(Map.of("events", feed.drift(limit(context, 100, MOST_EVENTS), source(context)))));
        routes.get(
                "/v1/promotions",
                context -> context.json(Map.of("decisions", feed.promotions(limit(context, 100, MOST_EVENTS)))));
        routes.get("/v1/documents", this::documents);
    }

    @Override
    public void close() {
        feed.close();
    }

    private void sources(Context context) {
        Map<String, Object> answer = new LinkedHashMap<>(feed.status());
        answer.putAll(feed.sources()
                .describe(
                        limit(context, 100, MOST_SOURCES),
                        source(context),
                        !"false".equals(context.queryParam("points"))));
        context.json(answer);
    }

    private void documents(Context context) {
        int tokens = RequestArguments.ofQuery(context).whole("tokens", 200, 0, MOST_TOKENS);
        String topic = context.queryParam("topic");
        var answer = topic == null
                ? feed.documents(limit(context, 10, MOST_DOCUMENTS), tokens)
                : feed.document(
                        new InputPosition(
                                topic,
                                RequestArguments.ofQuery(context).whole("partition", 0, 0, Integer.MAX_VALUE),
                                offset(context)),
                        tokens);
        context.future(() -> answer.thenAccept(documents -> context.json(Map.of("documents", documents))));
    }

    private void events(Context context) {
        Set<String> types = types(context);
        String lastId = Optional.ofNullable(context.header("Last-Event-ID"))
                .or(() -> Optional.ofNullable(context.queryParam("last_event_id")))
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

    private static Set<String> types(Context context) {
        String wanted = context.queryParam("types");
        if (wanted == null) {
            return Set.of();
        }
        Set<String> types = COMMA.splitAsStream(wanted).collect(Collectors.toSet());
        List<String> unknown =
                types.stream().filter(type -> !TYPES.contains(type)).toList();
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("types=" + wanted + ": no such type of event: " + unknown
                    + ", expected some of " + TYPES + ", separated by commas");
        }
        return types;
    }

    private static long offset(Context context) {
        String text = context.queryParam("offset");
        try {
            return Long.parseLong(String.valueOf(text));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("offset=" + text + " is not a whole number", e);
        }
    }

    private static int limit(Context context, int otherwise, int most) {
        return RequestArguments.ofQuery(context).whole("limit", otherwise, 1, most);
    }

    private static Optional<String> source(Context context) {
        return Optional.ofNullable(context.queryParam("source"));
    }

    /**
     * A client that follows the feed; the bytes of an event are shared by all clients. Thread-safe.
     *
     * @param types the types of events that are wanted; empty for all
     */
    private record Follower(EventStream stream, Set<String> types) implements EventHub.Subscriber {

        @Override
        public boolean receive(LiveEvent event) {
            boolean wanted = types.isEmpty()
                    || types.contains(event.type())
                    || event.type().equals("status");
            return wanted ? stream.write(event.frame()) : !stream.isOver();
        }

        @Override
        public void end() {
            stream.end();
        }
    }
}
