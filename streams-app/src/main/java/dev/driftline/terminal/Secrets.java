package dev.driftline.terminal;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes secrets out of messages: what this process was given as a secret, wherever a library repeats it, and what is a secret
 * by its place, such as user and password in an address.
 *
 * <p>Known to the whole process, because messages come from everywhere: the newest {@value #KEPT} secrets are remembered, more
 * than any configuration has. Thread-safe.
 */
public final class Secrets {

    /** What stands in the place of a secret. */
    public static final String MASK = "********";

    private static final int KEPT = 256;

    /** What is shorter is a part of ordinary words, and hides nothing. */
    private static final int LEAST_LENGTH = 4;

    private static final Pattern USER_INFO_IN_URL = Pattern.compile("(://)[^/\\s,\"'?#]*@");

    /** As people write it, with a slash in the password, which an address may not have. */
    private static final Pattern USER_INFO_OF_SETTING = Pattern.compile("://([^\\s,]*:[^\\s,]*)@");

    private static final Pattern PARAMETER_OF_URL = Pattern.compile(
            "(?i)([?&;](?:[a-z0-9_.-]*(?:token|password|passwd|secret|api[_-]?key|access[_-]?key|credential|signature|sig)"
                    + "[a-z0-9_.-]*|code|auth)=)[^&\\s\"'#,;]+");

    private static final Pattern BEARER = Pattern.compile("(?i)\\b(bearer|basic) +[a-z0-9._~+/-]{8,}=*");

    /** {@code password="x"} of a login module, and the like. */
    private static final Pattern ASSIGNED =
            Pattern.compile("(?i)[a-z0-9_.]*(?:password|passphrase|secret|token|credential)"
                    + "[a-z0-9_.]*\\s*=\\s*(?:\"([^\"]*)\"|'([^']*)'|([^\\s;,\"']+))");

    private static final Set<String> KNOWN = Collections.newSetFromMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > KEPT;
        }
    });

    /** The longest first, so that one that contains another goes whole. */
    private static volatile List<String> longestFirst = List.of();

    private Secrets() {}

    /** {@code text} is a secret from now on; so are the passwords in it, where it is a login module's configuration or an address. */
    public static void learn(String text) {
        synchronized (KNOWN) {
            add(text);
            Matcher assigned = ASSIGNED.matcher(text);
            while (assigned.find()) {
                for (int group = 1; group <= assigned.groupCount(); group++) {
                    if (assigned.group(group) != null) {
                        add(assigned.group(group));
                    }
                }
            }
            longestFirst = KNOWN.stream()
                    .sorted(Comparator.comparingInt(String::length).reversed())
                    .toList();
        }
    }

    /** What is a secret by its place in {@code text}, such as the password of an address, is one everywhere from now on. */
    public static void learnFromAddress(String text) {
        Matcher info = USER_INFO_OF_SETTING.matcher(text);
        while (info.find()) {
            learnUserInfo(info.group(1));
        }
        Matcher parameter = PARAMETER_OF_URL.matcher(text);
        while (parameter.find()) {
            learn(text.substring(parameter.end(1), parameter.end()));
        }
    }

    /** User and password, parted by a colon: together and the password alone are secrets from now on. */
    public static void learnUserInfo(String userAndPassword) {
        learn(userAndPassword);
        int colon = userAndPassword.indexOf(':');
        if (colon >= 0) {
            learn(userAndPassword.substring(colon + 1));
        }
    }

    /** {@code text} with asterisks in the place of secrets. */
    public static String mask(String text) {
        String masked = text;
        for (String secret : longestFirst) {
            masked = masked.replace(secret, MASK);
        }
        return maskAddresses(masked);
    }

    /** {@link #maskAddresses} for the value of a setting, where all between {@code ://} and the last {@code @} may be a password. */
    public static String maskSetting(String text) {
        return maskAddresses(USER_INFO_OF_SETTING.matcher(text).replaceAll("://" + MASK + "@"));
    }

    /** {@code text} with asterisks for what is a secret by its place. */
    public static String maskAddresses(String text) {
        String masked = USER_INFO_IN_URL.matcher(text).replaceAll("$1" + MASK + "@");
        masked = PARAMETER_OF_URL.matcher(masked).replaceAll("$1" + Matcher.quoteReplacement(MASK));
        return BEARER.matcher(masked).replaceAll("$1 " + Matcher.quoteReplacement(MASK));
    }

    private static void add(String secret) {
        String stripped = secret.strip();
        if (stripped.length() >= LEAST_LENGTH && !stripped.equals(MASK)) {
            KNOWN.add(stripped);
        }
    }
}
