package dev.driftline.serving.http;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.InvalidConfigException;
import dev.driftline.config.keys.AccessKeys;
import dev.driftline.config.keys.HttpKeys;
import dev.driftline.serving.http.tls.TlsFiles;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * How an instance answers over HTTP, checked.
 *
 * @param host where it listens
 * @param port on which port; 0 for a free one
 * @param advertisedHost under what name the other instances find it
 * @param credentials who may ask
 * @param secret by which instances know each other; empty where there is none
 * @param hosts under which names it is asked
 * @param tls what it speaks; empty for plain HTTP
 * @param limits how much it takes on
 */
public record HttpSettings(
        String host,
        int port,
        String advertisedHost,
        BearerCredentials credentials,
        Optional<InstanceSecret> secret,
        KnownHosts hosts,
        Optional<TlsFiles> tls,
        HttpLimits limits) {

    private static final String APPLICATION_SERVER = "application.server";
    private static final Pattern HOST =
            Pattern.compile("[0-9A-Za-z._-]+|\\[?[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Za-z:.%]*]?");

    /** @throws InvalidConfigException if the settings cannot work, or would let strangers in */
    public static HttpSettings of(DriftlineConfig config) {
        String host = unbracketed(HttpKeys.HOST.name(), config.get(HttpKeys.HOST));
        InetAddress[] addresses = addresses(host);
        boolean isLoopback = all(addresses, InetAddress::isLoopbackAddress);
        BearerCredentials credentials = BearerCredentials.of(config);
        if (!credentials.required() && !config.get(AccessKeys.ALLOW_INSECURE) && !isLoopback) {
            throw new InvalidConfigException(HttpKeys.HOST.name() + "=" + host
                    + " can be reached from other machines, and without a token anybody there could ask and operate: set "
                    + AccessKeys.READ_TOKEN.name() + " and " + AccessKeys.OPERATE_TOKEN.name() + " (and "
                    + AccessKeys.TLS_KEYSTORE.name() + " or " + AccessKeys.TLS_CERTIFICATE.name()
                    + "), or keep to 127.0.0.1, or say " + AccessKeys.ALLOW_INSECURE.name()
                    + "=true where the network is safe");
        }
        return new HttpSettings(
                host,
                config.get(HttpKeys.PORT),
                advertised(config, host, addresses, isLoopback),
                credentials,
                InstanceSecret.of(config, credentials),
                KnownHosts.of(config, isLoopback, credentials.required()),
                TlsFiles.of(config),
                HttpLimits.of(config));
    }

    private static String advertised(DriftlineConfig config, String host, InetAddress[] addresses, boolean isLoopback) {
        String key = HttpKeys.ADVERTISED_HOST.name();
        String given = config.get(HttpKeys.ADVERTISED_HOST);
        Object server = config.clients().streams().get(APPLICATION_SERVER);
        if (server != null) {
            return ofServer(server.toString());
        }
        if (given.isEmpty()) {
            if (all(addresses, InetAddress::isAnyLocalAddress)) {
                throw new InvalidConfigException(HttpKeys.HOST.name() + "=" + host
                        + " is every address of this machine, and none under which other instances find it: set " + key
                        + " to the name or address by which they reach this machine, or to 127.0.0.1 where this is the"
                        + " only one");
            }
            return host;
        }
        String advertised = unbracketed(key, given);
        try {
            InetAddress[] named = InetAddress.getAllByName(advertised);
            if (all(named, InetAddress::isAnyLocalAddress)) {
                throw new InvalidConfigException(key + "=" + given
                        + " is every address of a machine: set it to the one name or address by which other instances"
                        + " reach this machine");
            }
            if (isLoopback && !all(named, InetAddress::isLoopbackAddress)) {
                throw new InvalidConfigException(key + "=" + given + " sends other machines to this one, where "
                        + HttpKeys.HOST.name() + "=" + host + " answers this machine only: set "
                        + HttpKeys.HOST.name() + " to an address that they reach, such as 0.0.0.0, or leave " + key
                        + " out");
            }
        } catch (UnknownHostException e) {
            // The other machines may know a name that this one does not.
            return advertised;
        }
        return advertised;
    }

    /** The host of what passes through to Kafka Streams as the address of this instance, for a port that is mapped. */
    private static String ofServer(String server) {
        int colon = server.lastIndexOf(':');
        String host = server.substring(0, Math.max(0, colon));
        boolean isPort = server.substring(colon + 1).matches("[1-9][0-9]{0,4}")
                && Integer.parseInt(server.substring(colon + 1)) <= 65535;
        boolean isWildcard = host.isEmpty() || host.equals("0.0.0.0") || host.equals("[::]") || host.equals("::");
        if (isWildcard || !isPort || !HOST.matcher(host).matches()) {
            throw new InvalidConfigException(APPLICATION_SERVER + "=" + server
                    + ": other instances ask this one there: give the one HOST:PORT by which they reach it, or leave it out"
                    + " and set " + HttpKeys.ADVERTISED_HOST.name() + " and " + HttpKeys.PORT.name());
        }
        return unbracketed(APPLICATION_SERVER, host);
    }

    private static String unbracketed(String key, String host) {
        if (!HOST.matcher(host).matches()) {
            throw new InvalidConfigException(key + "=" + host
                    + ": give a host name or an address alone, without a scheme, a port or a path; the port is "
                    + HttpKeys.PORT.name());
        }
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private static boolean all(InetAddress[] addresses, Predicate<InetAddress> what) {
        for (InetAddress address : addresses) {
            if (!what.test(address)) {
                return false;
            }
        }
        return true;
    }

    private static InetAddress[] addresses(String host) {
        try {
            return InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            throw new InvalidConfigException(HttpKeys.HOST.name() + "=" + host
                    + ": there is no such host: give an address of this machine, 127.0.0.1 for this machine alone or"
                    + " 0.0.0.0 for every address");
        }
    }

    /** {@code host:port}, with brackets around an IPv6 address. */
    public static String authority(String host, int port) {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /** A pool for requests, as large as these settings allow. */
    public RequestPool work(String name) {
        return new RequestPool(
                name, limits.concurrent(), limits.queued(), limits.timeout().toMillis());
    }

    /** {@code http} or {@code https}. */
    public String scheme() {
        return tls.isPresent() ? "https" : "http";
    }
}
