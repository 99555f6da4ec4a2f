package dev.driftline.serving.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.security.RouteRole;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Bearer tokens: who may read, and who may operate. The token for operators reads, too. Without any, everybody may do
 * everything, which {@link HttpSettings} allows on loopback only, unless told otherwise.
 *
 * @param read the token for reading; empty if none is set
 * @param operate the token for operating; empty if none is set, and then nobody may, where one for reading is set
 */
public record BearerCredentials(Optional<String> read, Optional<String> operate) implements RouteGroup {

    private static final String BEARER = "Bearer ";

    /** Whether a token has to be shown. */
    public boolean required() {
        return read.isPresent() || operate.isPresent();
    }

    /** What an instance shows to another one. */
    public Optional<String> ofInstances() {
        return operate.or(() -> read);
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.beforeMatched(this::check);
    }

    private void check(Context context) {
        Set<RouteRole> roles = context.routeRoles();
        if (!required() || roles.contains(Access.OPEN)) {
            return;
        }
        boolean operates = roles.contains(Access.OPERATE) || roles.contains(Access.INSTANCE);
        String shown = shown(context);
        if (shown == null || !(equal(read, shown) | equal(operate, shown))) {
            context.header("WWW-Authenticate", "Bearer realm=\"driftline\"");
            throw new ProblemException(new Problem(
                    "token-required",
                    401,
                    "A token is required",
                    (shown == null ? "no token was shown" : "the token is not one of this instance")
                            + ": send the header Authorization: Bearer TOKEN",
                    Map.of()));
        }
        Optional<String> needed = roles.contains(Access.INSTANCE) ? ofInstances() : operate;
        if (operates && !equal(needed, shown)) {
            throw new ProblemException(new Problem(
                    "operator-required",
                    403,
                    "The token may only read",
                    operate.isPresent()
                            ? "this needs the token of http.operate.token"
                            : "nobody may do this over HTTP: http.operate.token is not set on this instance",
                    Map.of()));
        }
    }

    private static @Nullable String shown(Context context) {
        String header = context.header("Authorization");
        if (header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return header.substring(BEARER.length()).strip();
        }
        return null;
    }

    /** In a time that does not depend on where the two differ. */
    private static boolean equal(Optional<String> token, String shown) {
        return token.isPresent()
                && MessageDigest.isEqual(
                        token.get().getBytes(StandardCharsets.UTF_8), shown.getBytes(StandardCharsets.UTF_8));
    }

    /** Says nothing of the tokens. */
    @Override
    public String toString() {
        return "BearerCredentials[read=" + read.isPresent() + ", operate=" + operate.isPresent() + "]";
    }
}
