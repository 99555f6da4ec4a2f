package dev.driftline.serving.http;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.security.RouteRole;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Decides by the headers alone who comes in, before a byte of a body is read: the host that is asked, the page that asks, the
 * token, and whether there is such a route. What is refused still goes through the router, which tells and counts it as it does
 * every other failure. Thread-safe.
 */
final class Door extends Handler.Wrapper {

    /** On a request: the body may not be read, and was not. */
    static final String UNREAD = "driftline.unread";

    /** On a request: the longest body, if it is not that of every request. */
    static final String LONGEST_BODY = "driftline.longest.body";

    private static final String REFUSED = "driftline.refused";
    private static final String JSON = "application/json";

    private final HttpSettings settings;
    private final BiFunction<HandlerType, String, Optional<Access>> routes;
    private final Supplier<String> self;

    /**
     * @param routes who may use the route of a method and a path; empty if there is none
     * @param self {@code host:port} of this instance, as the others know it
     */
    Door(HttpSettings settings, BiFunction<HandlerType, String, Optional<Access>> routes, Supplier<String> self) {
        this.settings = settings;
        this.routes = routes;
        this.self = self;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Optional<Access> access = routes.apply(
                HandlerType.findOrDefault(request.getMethod()),
                request.getHttpURI().getPath());
        Optional<Problem> refused = access.flatMap(route -> refusal(request, route));
        refused.ifPresent(problem -> request.setAttribute(REFUSED, problem));
        if (refused.isPresent() || access.isEmpty()) {
            if (WholeBodies.hasBody(request)) {
                request.setAttribute(UNREAD, true);
                // What is left of the body is not worth reading.
                response.getHeaders().put(HttpHeader.CONNECTION, "close");
            }
        } else if (access.get() == Access.INSTANCE) {
            request.setAttribute(LONGEST_BODY, settings.limits().bodiesBytes());
        }
        return super.handle(request, response, callback);
    }

    private Optional<Problem> refusal(Request request, Access access) {
        boolean reads = HttpMethod.GET.is(request.getMethod());
        return settings.hosts()
                .refusal(request.getHeaders(), request.getHttpURI().getAuthority(), reads && access == Access.OPEN)
                .or(() -> refusal(access, request.getHeaders().get(HttpHeader.AUTHORIZATION)))
                .or(() -> ofType(request));
    }

    private Optional<Problem> refusal(Access access, @Nullable String shown) {
        return access == Access.INSTANCE
                ? stranger(shown)
                : settings.credentials().refusal(access, shown);
    }

    private Optional<Problem> stranger(@Nullable String shown) {
        Optional<String> doubt = settings.secret()
                .map(secret -> secret.doubt(shown, self.get()))
                .orElseGet(() -> settings.credentials().required()
                        ? Optional.of("this instance has no http.instance.secret, and no http.operate.token")
                        : Optional.empty());
        return doubt.map(why -> new Problem(
                "not-an-instance",
                403,
                "Only other instances may do this",
                "the message is refused: " + why,
                Map.of()));
    }

    /** A form of another site sends every type but this one without asking first. */
    private static Optional<Problem> ofType(Request request) {
        String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
        return !WholeBodies.hasBody(request)
                        || !KnownHosts.isOfBrowser(request.getHeaders())
                        || type != null && type.toLowerCase(Locale.ROOT).startsWith(JSON)
                ? Optional.empty()
                : Optional.of(new Problem(
                        "not-json",
                        415,
                        "A page sends JSON",
                        "a browser sends its body as " + JSON + "; this one is " + (type == null ? "untyped" : type),
                        Map.of()));
    }

    /**
     * Checks a request that a route was found for, on the way to it.
     *
     * @throws ProblemException if it is refused
     */
    void check(Context context) {
        if (context.req().getAttribute(REFUSED) instanceof Problem problem) {
            refuse(context, problem);
        }
        settings.limits().note(context);
        // Once more, by what the router has found.
        String shown = context.header("Authorization");
        Access access = accessOf(context.routeRoles());
        refusal(access, shown).ifPresent(problem -> refuse(context, problem));
        if (context.req().getAttribute(UNREAD) != null) {
            refuse(context, Problem.of(400, "the path is ambiguous"));
        }
        if (access == Access.INSTANCE
                && settings.secret().isPresent()
                && !InstanceSecret.isOf(String.valueOf(shown), context.bodyAsBytes())) {
            refuse(
                    context,
                    new Problem(
                            "not-an-instance",
                            403,
                            "Only other instances may do this",
                            "the message is refused: it is not the one that its proof is for",
                            Map.of()));
        }
    }

    private static void refuse(Context context, Problem problem) {
        if (problem.status() == 401) {
            context.header("WWW-Authenticate", "Bearer realm=\"driftline\"");
        }
        throw new ProblemException(problem);
    }

    /** Who may use a route with these roles. */
    static Access accessOf(Set<? extends RouteRole> roles) {
        return roles.stream()
                .filter(Access.class::isInstance)
                .map(Access.class::cast)
                .findFirst()
                .orElse(Access.READ);
    }
}
