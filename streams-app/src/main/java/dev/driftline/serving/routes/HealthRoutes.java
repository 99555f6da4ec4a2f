package dev.driftline.serving.routes;

import static dev.driftline.serving.http.request.JsonFields.fields;

import dev.driftline.serving.http.Access;
import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.http.request.RequestArguments;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.streams.KafkaStreams.State;

/**
 * What an orchestrator asks, without a token: {@code GET /health/started} (the stream threads have been started), {@code
 * /health/live} (running or rebalancing: else start it anew) and {@code /health/ready} (running: it has what it was assigned, and
 * waits for nothing). 200 or 503.
 */
final class HealthRoutes implements RouteGroup {

    private static final Set<State> LIVE = EnumSet.of(State.RUNNING, State.REBALANCING);

    private final Supplier<Optional<State>> state;
    private final Supplier<Optional<String>> waitingFor;

    /**
     * @param state of the streams; empty before they start
     * @param waitingFor what an outage or a full disk makes it wait for
     */
    HealthRoutes(Supplier<Optional<State>> state, Supplier<Optional<String>> waitingFor) {
        this.state = state;
        this.waitingFor = waitingFor;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get(
                "/health/started",
                context -> answer(context, EnumSet.complementOf(EnumSet.of(State.CREATED)), false),
                Access.OPEN);
        routes.get("/health/live", context -> answer(context, LIVE, false), Access.OPEN);
        routes.get("/health/ready", context -> answer(context, EnumSet.of(State.RUNNING), true), Access.OPEN);
    }

    private void answer(Context context, Set<State> good, boolean unlessItWaits) {
        RequestArguments.none(context);
        Optional<State> now = state.get();
        Optional<String> waits = waitingFor.get();
        boolean isGood = now.map(good::contains).orElse(false) && !(unlessItWaits && waits.isPresent());
        context.status(isGood ? 200 : 503)
                .json(fields(
                        "status",
                        isGood ? "up" : "down",
                        "state",
                        now.map(Enum::name).orElse("NOT_STARTED"),
                        "waiting_for",
                        waits.orElse(null)));
    }
}
