package dev.driftline.topics;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What to do about topics that take smaller records than the limits of documents lead to, changelogs among them: limits were raised
 * after the topics were made. The first large document would stop the service at every start.
 */
public final class SizeAdvice {

    private SizeAdvice() {}

    /**
     * The advice; empty where every topic takes what it has to.
     *
     * @param taken {@code max.message.bytes} of the topics that exist, by name
     * @param needed bytes of the largest record
     * @param bootstrap servers of the brokers
     */
    public static Optional<String> of(Map<String, Integer> taken, int needed, String bootstrap) {
        Map<String, Integer> small = new TreeMap<>(taken);
        small.values().removeIf(bytes -> bytes >= needed);
        if (small.isEmpty()) {
            return Optional.empty();
        }
        int least = small.values().stream().mapToInt(Integer::intValue).min().orElseThrow();
        return Optional.of(small.size() + " topics take records of " + least + " bytes, and document.max.tokens,"
                + " document.max.bytes and token.max.bytes allow documents that lead to records of " + needed
                + ". Lower these settings to what they were, or raise max.message.bytes of the topics:"
                + System.lineSeparator() + "for topic in " + String.join(" ", small.keySet()) + "; do kafka-configs.sh"
                + " --bootstrap-server " + bootstrap + " --alter --entity-type topics --entity-name $topic --add-config"
                + " max.message.bytes=" + needed + "; done");
    }
}
