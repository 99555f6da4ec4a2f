package dev.driftline.serving.http;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.HttpKeys;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/**
 * Under which names this server is asked, and from which web pages. A page that an operator visits can make the browser send
 * requests here, and after DNS rebinding under the page's own name, so that the browser lets it read the answers. A server
 * without tokens must tell such requests by their headers, which pages cannot forge: {@code Origin}, {@code Sec-Fetch-Site} and
 * {@code Host}. Programs other than browsers send neither of the first two.
 *
 * @param isChecked whether a request under an unknown name is refused: where no token is required, or nobody but this machine
 *     can connect
 * @param own names of this server
 * @param further what {@code http.hosts} lists, in lower case: pages from there may send requests, too
 */
record KnownHosts(boolean isChecked, Set<String> own, List<String> further) {

    private static final String ANY = "*";
    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final Pattern PORT = Pattern.compile(":[0-9]*$");

    static KnownHosts of(DriftlineConfig config, boolean isLoopback, boolean needsToken) {
        Set<String> own = new HashSet<>(Set.of("localhost"));
        own.add(config.get(HttpKeys.HOST).toLowerCase(Locale.ROOT));
        own.add(config.get(HttpKeys.ADVERTISED_HOST).toLowerCase(Locale.ROOT));
        if (!isLoopback) {
            try {
                own.add(InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT));
            } catch (UnknownHostException e) {
                // A machine without a name is not asked by it.
                own.remove("");
            }
        }
        own.remove("");
        return new KnownHosts(isLoopback || !needsToken, Set.copyOf(own), config.get(HttpKeys.HOSTS));
    }

    /**
     * Why a request is refused; empty if it is not.
     *
     * @param authority the host that the request names, with its port if it names one; null if it names none
     * @param opensPage whether it reads what everybody may read, as a link on another site does that leads to the dashboard
     */
    Optional<Problem> refusal(HttpFields headers, @Nullable String authority, boolean opensPage) {
        if (authority != null && isChecked && !knows(authority.toLowerCase(Locale.ROOT))) {
            return Optional.of(new Problem(
                    "unknown-host",
                    421,
                    "This instance is not known by that name",
                    "the request is for the host " + authority + ", which is none of this instance's names: ask it as"
                            + " localhost, by its address, or as http.host or http.advertised.host says, or add the name"
                            + " to http.hosts",
                    Map.of()));
        }
        String site = headers.get("Sec-Fetch-Site");
        String origin = headers.get(HttpHeader.ORIGIN);
        if (site == null && origin == null || "same-origin".equals(site) || "none".equals(site)) {
            return Optional.empty();
        }
        String page = origin == null ? "" : origin.toLowerCase(Locale.ROOT).replaceFirst("^[a-z]+://", "");
        if (site == null && authority != null && page.equals(authority.toLowerCase(Locale.ROOT)) || isFurther(page)) {
            return Optional.empty();
        }
        boolean isNavigation =
                "navigate".equals(headers.get("Sec-Fetch-Mode")) && "document".equals(headers.get("Sec-Fetch-Dest"));
        return site != null && isNavigation && opensPage
                ? Optional.empty()
                : Optional.of(new Problem(
                        "foreign-origin",
                        403,
                        "A page of another origin may not send requests",
                        "the request comes from a web page of " + (page.isEmpty() ? "another origin" : page)
                                + ": use the dashboard of this instance, or add the page's host to http.hosts",
                        Map.of()));
    }

    /** Whether the request comes from a browser. */
    static boolean isOfBrowser(HttpFields headers) {
        return headers.contains(HttpHeader.ORIGIN) || headers.contains("Sec-Fetch-Site");
    }

    private boolean knows(String authority) {
        String host = PORT.matcher(authority).replaceFirst("");
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        return name.startsWith("[")
                || IPV4.matcher(name).matches()
                || name.endsWith(".localhost")
                || own.contains(name)
                || isFurther(authority);
    }

    private boolean isFurther(String authority) {
        return !authority.isEmpty()
                && (further.contains(ANY)
                        || further.contains(authority)
                        || further.contains(PORT.matcher(authority).replaceFirst("")));
    }
}
