package dev.driftline.config;

import dev.driftline.terminal.Secrets;
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

    private static final Pattern USER_INFO = Pattern.compile("(?i)user\\.?info");

    /** The text, or asterisks if it is a secret. Secrets in an address, such as user and password, are masked, too. */
    public String masked() {
        return isSecret() ? Secrets.MASK : Secrets.maskSetting(text);
    }

    /** Lets no message of this process repeat what is secret here. */
    void learnSecrets() {
        // What names a file is no secret itself, and a message about the file must name it.
        if (isSecret() && !text.startsWith("file:")) {
            if (USER_INFO.matcher(name).find()) {
                Secrets.learnUserInfo(text);
            } else {
                Secrets.learn(text);
            }
        }
        Secrets.learnFromAddress(text);
    }

    private boolean isSecret() {
        boolean mayBeSecret = PassThrough.includes(name) || name.startsWith("http.");
        return mayBeSecret
                && !text.isEmpty()
                && SECRET.matcher(name.toLowerCase(Locale.ROOT)).find();
    }
}
