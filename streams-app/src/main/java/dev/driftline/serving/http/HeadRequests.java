package dev.driftline.serving.http;

import io.javalin.http.Context;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Answers HEAD as it would answer GET. The route does the same work, so the status and all headers are those of GET (RFC 9110,
 * section 9.3.2), and Jetty, which knows what really came, sends no body. Thread-safe.
 */
public final class HeadRequests extends Handler.Wrapper {

    private static final String ATTRIBUTE = "driftline.head";

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!HttpMethod.HEAD.is(request.getMethod())) {
            return super.handle(request, response, callback);
        }
        request.setAttribute(ATTRIBUTE, true);
        return super.handle(new AsGet(request), response, callback);
    }

    /** Whether it is HEAD that came. A stream must not begin then: it would never end. */
    static boolean isHead(Context context) {
        return context.req().getAttribute(ATTRIBUTE) != null;
    }

    /** The method that came. */
    public static String method(Context context) {
        return isHead(context) ? HttpMethod.HEAD.asString() : context.method().name();
    }

    private static final class AsGet extends Request.Wrapper {

        AsGet(Request request) {
            super(request);
        }

        @Override
        public String getMethod() {
            return HttpMethod.GET.asString();
        }
    }
}
