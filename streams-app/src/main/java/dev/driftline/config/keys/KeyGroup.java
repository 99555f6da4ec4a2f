package dev.driftline.config.keys;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The keys under one heading of the reference, in the order in which they are declared.
 *
 * <p>A class of keys has one group as its first static field and makes each key with it, which adds the key to the
 * group. {@link Settings} names the groups; nothing else lists a key. A group is complete once its class is
 * initialised, and does not change after that.
 *
 * <p>Texts of defaults are given as an operator would write them.
 */
public final class KeyGroup {

    static final long KIB = 1024;
    static final long MIB = 1024 * KIB;
    static final long GIB = 1024 * MIB;

    private final String title;
    private final List<ConfigKey<?>> keys = new ArrayList<>();

    KeyGroup(String title) {
        this.title = title;
    }

    /** The heading, for example {@code Language model}. */
    public String title() {
        return title;
    }

    /** Its keys, in the order of their declaration. */
    public List<ConfigKey<?>> keys() {
        return List.copyOf(keys);
    }

    <T> ConfigKey<T> key(String name, String defaultText, String accepts, String doc, Function<String, T> reader) {
        ConfigKey<T> key = new ConfigKey<>(name, defaultText, accepts, doc, reader);
        keys.add(key);
        return key;
    }

    ConfigKey<String> text(
            String name, String defaultText, String accepts, String doc, Function<String, String> reader) {
        return key(name, defaultText, accepts, doc, reader);
    }

    ConfigKey<String> oneOf(String name, String defaultText, String doc, List<String> accepted) {
        return key(name, defaultText, "one of " + String.join(", ", accepted), doc, value -> {
            if (!accepted.contains(value)) {
                throw new IllegalArgumentException(value);
            }
            return value;
        });
    }

    ConfigKey<Boolean> flag(String name, String defaultText, String doc) {
        return key(name, defaultText, "true or false", doc, ValueReaders::trueOrFalse);
    }

    ConfigKey<Integer> whole(String name, String defaultText, int least, int most, String doc) {
        return key(
                name,
                defaultText,
                "a whole number from " + least + " to " + most,
                doc,
                value -> Math.toIntExact(ValueReaders.between(Long.parseLong(value), least, most)));
    }

    ConfigKey<Long> wholeLong(String name, String defaultText, long least, long most, String doc) {
        String accepts = most == Long.MAX_VALUE
                ? "a whole number, " + least + " or more"
                : "a whole number from " + least + " to " + most;
        return key(name, defaultText, accepts, doc, value -> ValueReaders.between(Long.parseLong(value), least, most));
    }

    ConfigKey<Double> real(String name, String defaultText, double least, double most, String doc) {
        return key(name, defaultText, "a number from " + least + " to " + most, doc, value -> {
            double number = Double.parseDouble(value);
            if (!(number >= least && number <= most)) {
                throw new IllegalArgumentException(value);
            }
            return number;
        });
    }

    ConfigKey<Long> byteSize(String name, String defaultText, long least, long most, String doc) {
        return key(
                name,
                defaultText,
                bytesAccepted(least, most),
                doc,
                value -> ValueReaders.between(ValueReaders.bytes(value), least, most));
    }

    /** A {@link #byteSize} of what is held in one array: {@code most} fits an int. */
    ConfigKey<Integer> smallByteSize(String name, String defaultText, long least, long most, String doc) {
        return key(
                name,
                defaultText,
                bytesAccepted(least, most),
                doc,
                value -> Math.toIntExact(ValueReaders.between(ValueReaders.bytes(value), least, most)));
    }

    private static String bytesAccepted(long least, long most) {
        return "bytes from " + least + " to " + most + ", or with a unit such as 64KiB, 64MiB, 1GiB";
    }
}
