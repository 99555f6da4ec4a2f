package dev.driftline.serving.http;

import dev.driftline.serving.http.connection.SlowHeaders;
import dev.driftline.serving.http.tls.TlsFiles;
import io.javalin.config.JettyConfig;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** How the server listens: host and port, TLS, and what keeps slow clients from holding threads or connections. */
public final class JettySetup {

    /** They read requests and write answers; nothing that takes long runs on them. */
    private static final int THREADS = 32;

    private static final int FEWEST_THREADS = 4;

    private JettySetup() {}

    /** Sets {@code jetty} up as {@code settings} say; {@code door} comes before bodies are read. */
    static void on(JettyConfig jetty, HttpSettings settings, Door door, BodyBytes bodies) {
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, FEWEST_THREADS);
        threads.setName("http");
        threads.setDaemon(true);
        jetty.threadPool = threads;
        jetty.modifyHttpConfiguration(http -> {
            http.setSendServerVersion(false);
            http.addCustomizer((request, headers) -> {
                makeSafe(headers);
                return request;
            });
        });
        jetty.modifyServer(server -> {
            door.setHandler(new WholeBodies(
                    settings.limits().maxBodyBytes(),
                    settings.limits().timeout().toMillis(),
                    bodies));
            HeadRequests heads = new HeadRequests();
            SlowReaders readers =
                    new SlowReaders(bodies, settings.limits().idleTimeout().toMillis());
            readers.setHandler(door);
            heads.setHandler(readers);
            server.setHandler(heads);
            server.setErrorHandler(new ServerProblems());
            server.addBean(new NetworkConnectionLimit(settings.limits().connections(), server));
        });
        jetty.addConnector((server, http) -> connector(server, http, settings));
    }

    /**
     * Puts the headers of every response: a browser must not guess at its type, and nobody keeps it, since it is of this moment
     * and may need a token. A route whose answer may be kept says so in place of that.
     */
    static void makeSafe(HttpFields.Mutable headers) {
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put(HttpHeader.CACHE_CONTROL, "no-store");
    }

    private static Connector connector(Server server, HttpConfiguration http, HttpSettings settings) {
        HttpConnectionFactory plain = new HttpConnectionFactory(http);
        ServerConnector connector = settings.tls()
                .map(tls -> {
                    SecureRequestCustomizer secure = new SecureRequestCustomizer();
                    // The others may find this instance under a name that is not in its certificate's list.
                    secure.setSniHostCheck(false);
                    http.addCustomizer(secure);
                    return new ServerConnector(server, new SslConnectionFactory(context(tls), "http/1.1"), plain);
                })
                .orElseGet(() -> new ServerConnector(server, plain));
        connector.setHost(settings.host());
        connector.setPort(settings.port());
        connector.setIdleTimeout(settings.limits().idleTimeout().toMillis());
        connector.addBean(new SlowHeaders(
                connector.getScheduler(), settings.limits().timeout().toMillis()));
        return connector;
    }

    private static SslContextFactory.Server context(TlsFiles tls) {
        SslContextFactory.Server context = new SslContextFactory.Server();
        context.setKeyStore(tls.identity());
        context.setKeyManagerPassword(new String(tls.password()));
        context.setKeyStorePassword(new String(tls.password()));
        return context;
    }
}
