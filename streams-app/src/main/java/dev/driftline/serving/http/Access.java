package dev.driftline.serving.http;

import io.javalin.security.RouteRole;

/** Who may use a route, where tokens are on. A route that names none needs {@link #READ}. */
public enum Access implements RouteRole {
    /** Anybody: nothing is said of the model or its text. */
    OPEN,
    /** Whoever may ask; the token for operators does, too. */
    READ,
    /** Whoever may change what the service does. */
    OPERATE,
    /** The other instances of the service, which prove it by {@link InstanceSecret}. No token does. */
    INSTANCE
}
