package dev.driftline.recall;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** What is looked for: the documents of some ids, or those of a source. */
final class Wanted {

    private final Set<String> names;
    private final List<byte[]> bytes;
    private final boolean isSource;

    private Wanted(Set<String> names, boolean isSource) {
        this.names = names;
        this.isSource = isSource;
        bytes = names.stream()
                .map(name -> name.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    static Wanted ids(Set<String> ids) {
        return new Wanted(ids, false);
    }

    static Wanted source(String source) {
        return new Wanted(Set.of(source), true);
    }

    boolean is(String id, String source) {
        return names.contains(isSource ? source : id);
    }

    /**
     * Whether the record may be one that is wanted. Avro writes strings as they are, whatever the schema; so most records need not
     * be decoded.
     */
    boolean mayBeIn(byte[] value) {
        for (byte[] name : bytes) {
            if (isIn(name, value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isIn(byte[] name, byte[] value) {
        int last = value.length - name.length;
        for (int at = 0; at <= last; at++) {
            int same = 0;
            while (same < name.length && value[at + same] == name[same]) {
                same++;
            }
            if (same == name.length) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return names.size() == 1
                ? (isSource ? "source '" : "document '") + names.iterator().next() + "'"
                : names.size() + " documents";
    }
}
