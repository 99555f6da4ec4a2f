package dev.driftline.torture.proxy;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Waits for one request of some kinds, and holds its connection until somebody decides how it goes on. It catches one and no
 * more. Thread-safe.
 */
public final class Interception {

    /** Nobody waits for longer, so that a forgotten decision does not hold a connection for ever. */
    private static final Duration LONGEST_HOLD = Duration.ofSeconds(60);

    /** On which side of the broker a request is caught. */
    public enum Side {
        /** The broker has not received it. */
        BEFORE,
        /** The broker has answered it, and the client does not know. */
        AFTER
    }

    /** How a connection goes on. */
    public enum Verdict {
        /** As if nothing had been. */
        PASS,
        /** It is closed, and what was caught is lost. */
        CUT
    }

    /**
     * What was caught.
     *
     * @param api its kind
     * @param broker number of the broker that it was for
     * @param client the name of the client that sent it
     */
    public record Caught(Api api, int broker, String client) {}

    private final Set<Api> apis;
    private final Side side;
    private final String clients;
    private final int broker;
    private final AtomicBoolean used = new AtomicBoolean();
    private final CompletableFuture<Caught> caught = new CompletableFuture<>();
    private final CompletableFuture<Verdict> verdict = new CompletableFuture<>();

    Interception(Set<Api> apis, Side side, String clients, int broker) {
        this.apis = Set.copyOf(apis);
        this.side = side;
        this.clients = clients;
        this.broker = broker;
    }

    /** Waits until a request is caught; empty if none is within {@code atMost}. */
    public Optional<Caught> await(Duration atMost) throws InterruptedException {
        try {
            return Optional.of(caught.get(atMost.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException none) {
            // From here on it catches nothing, or it has just caught something.
            return used.compareAndSet(false, true) ? Optional.empty() : Optional.of(caught.join());
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Says how the connection goes on. The first call counts. */
    public void decide(Verdict decided) {
        verdict.complete(decided);
    }

    /** Whether the request is the one; then the caller is to obey {@link #verdict()}. */
    boolean catches(Side where, int toBroker, RequestHead head) {
        if (where != side
                || broker != Wire.ANY_BROKER && broker != toBroker
                || !head.client().startsWith(clients)
                || head.api().filter(apis::contains).isEmpty()
                || !used.compareAndSet(false, true)) {
            return false;
        }
        caught.complete(new Caught(head.api().orElseThrow(), toBroker, head.client()));
        return true;
    }

    boolean isUsed() {
        return used.get();
    }

    Verdict verdict() throws InterruptedException {
        try {
            return verdict.get(LONGEST_HOLD.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return Verdict.PASS;
        }
    }
}
