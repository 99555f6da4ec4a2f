package dev.driftline.neural.snapshot;

import dev.driftline.neural.Network;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names of snapshots: {@code 000017-3f2a9c}, a rising number and the first six digits of the SHA-256 of the weights. They
 * sort by age, and two snapshots with the same number have different names.
 */
public final class SnapshotVersion {

    private static final Pattern NUMBERED = Pattern.compile("(\\d{6,12})-[0-9a-f]{6}");
    private static final Pattern ACCEPTED = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private SnapshotVersion() {}

    /** The name of {@code network} as the first snapshot of a service. */
    public static String first(Network network) {
        return of(1, network);
    }

    /**
     * The name of {@code network} as the next one after {@code version}.
     *
     * @param version the newest so far, or the parent; null for none
     */
    public static String next(@Nullable String version, Network network) {
        return of(version == null ? 1 : number(version) + 1, network);
    }

    /** The name of {@code network} with {@code number}, 1 or more. */
    public static String of(long number, Network network) {
        if (number < 1) {
            throw new IllegalArgumentException("snapshots are numbered from 1, not " + number);
        }
        return String.format(Locale.ROOT, "%06d-%s", number, weightsHash(network));
    }

    /** The number in {@code version}; 0 if it has none, such as a version named by hand. */
    public static long number(String version) {
        Matcher matcher = NUMBERED.matcher(version);
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : 0;
    }

    /** The first six hexadecimal digits of the SHA-256 of the weights: equal for equal weights, names and shapes. */
    public static String weightsHash(Network network) {
        return Sha256.hex(
                        Sha256.of(new Safetensors(Map.of(), network.parameters().tensors())))
                .substring(0, 6);
    }

    /**
     * Returns {@code version} unchanged.
     *
     * @throws InvalidSnapshotException if it is not 1 to 64 letters, digits, {@code .}, {@code _} and {@code -}, with a letter
     *     or digit first: it becomes part of keys and file names
     */
    public static String check(@Nullable String version) {
        if (version == null || !ACCEPTED.matcher(version).matches()) {
            throw new InvalidSnapshotException(
                    "'" + version + "' is not a valid version: use 1 to 64 letters, digits, '.', '_' and '-'");
        }
        return version;
    }
}
