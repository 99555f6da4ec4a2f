package dev.driftline.serving.http;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Headers of every response: a browser must not guess at its type, and nobody keeps it, since it is of this moment and may need
 * a token. A route whose answer may be kept says so in place of that. Thread-safe.
 */
final class SafeHeaders extends Handler.Wrapper {

    private static final String NO_SNIFFING = "X-Content-Type-Options";

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        addTo(response.getHeaders());
        return super.handle(request, response, callback);
    }

    /** Puts them in place of what there is. */
    static void addTo(HttpFields.Mutable headers) {
        headers.put(NO_SNIFFING, "nosniff");
        headers.put(HttpHeader.CACHE_CONTROL, "no-store");
    }
}
