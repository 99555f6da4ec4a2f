package dev.driftline.torture.proxy;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** All connections that run through proxies, and what is to be done to them. Thread-safe. */
public final class Wire {

    /** In place of a broker's number: whichever. */
    public static final int ANY_BROKER = -1;

    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
    private final List<Interception> interceptions = new CopyOnWriteArrayList<>();

    /** No connections yet. */
    public Wire() {}

    /**
     * Waits for the next request of one of these kinds.
     *
     * @param clients what the names of the clients begin with
     * @param broker number of the broker that it is for, or {@link #ANY_BROKER}
     */
    public Interception intercept(Set<Api> apis, Interception.Side side, String clients, int broker) {
        interceptions.removeIf(Interception::isUsed);
        Interception interception = new Interception(apis, side, clients, broker);
        interceptions.add(interception);
        return interception;
    }

    /** The open connections of clients whose names begin with {@code clients}, always in the same order. */
    public List<ProxiedConnection> connections(String clients) {
        return connections.stream()
                .filter(connection ->
                        !connection.client().isEmpty() && connection.client().startsWith(clients))
                .sorted(Comparator.comparing(ProxiedConnection::client)
                        .thenComparing(ProxiedConnection::broker)
                        .thenComparing(ProxiedConnection::number))
                .toList();
    }

    /** Whether a client whose name begins with {@code clients} waits for the answer to a request of such a kind. */
    public boolean isUnderWay(Set<Api> apis, String clients) {
        return connections.stream().anyMatch(connection -> connection.isUnderWay(apis, clients));
    }

    void opened(ProxiedConnection connection) {
        connections.add(connection);
    }

    void closed(ProxiedConnection connection) {
        connections.remove(connection);
    }

    /** The interception that catches a request; the caller obeys it. */
    Optional<Interception> caught(Interception.Side side, int broker, RequestHead head) {
        for (Interception interception : interceptions) {
            if (interception.catches(side, broker, head)) {
                interceptions.remove(interception);
                return Optional.of(interception);
            }
        }
        return Optional.empty();
    }
}
