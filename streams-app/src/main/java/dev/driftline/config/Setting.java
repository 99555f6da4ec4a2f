package dev.driftline.config;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * One setting as it is in force.
 *
 * @param name the key
 * @param text its value as it was written
 * @param origin where it comes from, for example {@code default} or {@code --set}
 */
public record Setting(String name, String text, String origin) {

    private static final Pattern SECRET = Pattern.compile(
            "password|passphrase|secret|user\\.?info|jaas|credentials?$|token$|api\\.?key|private\\.?key|keystore\\.key$");
    private static final Pattern USER_INFO_IN_URL = Pattern.compile("(://)[^/@\\s,]+@");
    private static final String MASK = "********";

    /** The text, or asterisks if it is a secret. User and password in an address are masked, too. */
    public String masked() {
        boolean mayBeSecret = PassThrough.includes(name) || name.startsWith("http.");
        if (mayBeSecret
                && !text.isEmpty()
                && SECRET.matcher(name.toLowerCase(Locale.ROOT)).find()) {
            return MASK;
        }
        return USER_INFO_IN_URL.matcher(text).replaceAll("$1" + MASK + "@");
    }
}
