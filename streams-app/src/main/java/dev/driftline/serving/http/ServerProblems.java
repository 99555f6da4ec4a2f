package dev.driftline.serving.http;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** What the server itself refuses, before any route sees it, as a {@link Problem}: a head that is too long, or no HTTP. */
final class ServerProblems extends ErrorHandler {

    @Override
    protected void generateResponse(
            Request request, Response response, int code, String message, Throwable cause, Callback callback) {
        boolean isStopping = code >= 500
                && request.getConnectionMetaData().getConnector().getServer().isStopping();
        int status = isStopping ? 503 : code;
        Problem problem = Problem.of(status, isStopping ? RequestPool.STOPPING : detail(code, message));
        response.setStatus(status);
        // The server has emptied the headers, or never came as far as the routes.
        JettySetup.makeSafe(response.getHeaders());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.MEDIA_TYPE);
        response.write(true, ByteBuffer.wrap(ProblemResponses.json(problem)), callback);
    }

    private static String detail(int status, String reason) {
        return status >= 500
                ? ProblemResponses.SEE_LOG
                : reason == null ? "the request is not one that can be answered" : reason;
    }
}
