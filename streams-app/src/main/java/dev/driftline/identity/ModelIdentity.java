package dev.driftline.identity;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.InputKeys;
import dev.driftline.config.keys.ModelKeys;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.text.Tokenizers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which model a state belongs to. Counts learned by one cannot be read by another: their words, their sums or their shards
 * would not fit, and nothing would show it. Smoothing and background are the exceptions: the counts do not depend on them, so
 * they may change while no instance runs.
 *
 * <p>Its text form, of which a store and the identity topic keep the bytes, has a line {@code name=value} for each component,
 * in the order of the components. A line that this version does not know is passed over.
 *
 * @param application {@code application.id}
 * @param prefix {@code topics.prefix}, of the topics that it is learned from
 * @param order N
 * @param vocabulary {@code growing}, or {@code fixed:} and 16 hexadecimal digits that are the same for the same words
 * @param tokenizer how raw text becomes words: what {@link Tokenizers#identity} says of it
 * @param smoothing how counts become probabilities
 * @param shards parts of the counts
 * @param background fingerprint of the frozen model beside the counts, 16 hexadecimal digits; empty without one, and then not
 *     part of the text form
 */
public record ModelIdentity(
        String application,
        String prefix,
        int order,
        String vocabulary,
        String tokenizer,
        String smoothing,
        int shards,
        String background) {

    /** A model without a background. */
    public ModelIdentity(
            String application,
            String prefix,
            int order,
            String vocabulary,
            String tokenizer,
            String smoothing,
            int shards) {
        this(application, prefix, order, vocabulary, tokenizer, smoothing, shards, "");
    }

    /** The identity that {@code config} asks for; {@code model} is what was read of it. */
    public static ModelIdentity of(DriftlineConfig config, ModelSettings model) {
        return new ModelIdentity(
                config.get(ServiceKeys.APPLICATION_ID),
                config.get(TopicKeys.PREFIX),
                model.order(),
                vocabulary(model.vocabulary()),
                Tokenizers.identity(config.get(InputKeys.TOKENIZER)),
                model.smoothing().label(),
                config.get(TopicKeys.SHARDS),
                model.background()
                        .map(frozen -> String.format(Locale.ROOT, "%016x", frozen.fingerprint()))
                        .orElse(""));
    }

    /** The component for {@code vocabulary}. */
    public static String vocabulary(Vocabulary vocabulary) {
        if (vocabulary instanceof Vocabulary.Fixed fixed) {
            return "fixed:" + String.format(Locale.ROOT, "%016x", fixed.hash());
        }
        return ((Vocabulary.Growing) vocabulary).countUnknown() ? "growing" : "grow-kenlm";
    }

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException if it lacks a component
     */
    public static ModelIdentity parse(String text) {
        Map<String, String> lines = new LinkedHashMap<>();
        text.lines().forEach(line -> {
            int equals = line.indexOf('=');
            if (equals > 0) {
                lines.put(line.substring(0, equals), line.substring(equals + 1));
            }
        });
        return new ModelIdentity(
                value(lines, "application"),
                value(lines, "prefix"),
                Integer.parseInt(value(lines, "order")),
                value(lines, "vocabulary"),
                value(lines, "tokenizer"),
                value(lines, "smoothing"),
                Integer.parseInt(value(lines, "shards")),
                lines.getOrDefault("background", ""));
    }

    private static String value(Map<String, String> lines, String name) {
        String value = lines.get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "the identity of a model lacks its " + name + ": it has " + lines.keySet());
        }
        return value;
    }

    /** The same model over another number of shards. */
    public ModelIdentity withShards(int number) {
        return new ModelIdentity(application, prefix, order, vocabulary, tokenizer, smoothing, number, background);
    }

    /** The text form. */
    public String text() {
        return "application=" + application + "\nprefix=" + prefix + "\norder=" + order + "\nvocabulary=" + vocabulary
                + "\ntokenizer=" + tokenizer + "\nsmoothing=" + smoothing + "\nshards=" + shards + "\n"
                + (background.isEmpty() ? "" : "background=" + background + "\n");
    }

    /**
     * What keeps a state of {@code learned} from being read by this model, each with the setting that mends it; empty if it
     * fits. Another smoothing fits, and another background.
     */
    public List<String> misfits(ModelIdentity learned) {
        List<String> misfits = new ArrayList<>();
        misfit(misfits, ServiceKeys.APPLICATION_ID.name(), application, learned.application);
        misfit(misfits, TopicKeys.PREFIX.name(), prefix, learned.prefix);
        misfit(misfits, ModelKeys.ORDER.name(), Integer.toString(order), Integer.toString(learned.order));
        if (!vocabulary.equals(learned.vocabulary)) {
            misfits.add("it was learned with the vocabulary " + learned.vocabulary + ", and "
                    + ModelKeys.VOCABULARY.name()
                    + " says " + vocabulary + ": set " + ModelKeys.VOCABULARY.name()
                    + (learned.vocabulary.startsWith("fixed:")
                            ? " to the file with the words of then"
                            : "=" + learned.vocabulary));
        }
        if (learned.tokenizer.contains("@") && !tokenizer.equals(learned.tokenizer)) {
            misfits.add("it was learned with the subword model of SHA-256 "
                    + learned.tokenizer.substring(learned.tokenizer.indexOf('@') + 1) + ", and the configuration says "
                    + tokenizer + ": set " + InputKeys.TOKENIZER.name() + "=subword:FILE with the file of then");
        } else {
            misfit(misfits, InputKeys.TOKENIZER.name(), tokenizer, learned.tokenizer);
        }
        if (shards != learned.shards) {
            misfits.add("it was learned with " + TopicKeys.SHARDS.name() + "=" + learned.shards
                    + ", and the configuration says " + shards + ": set " + TopicKeys.SHARDS.name() + "="
                    + learned.shards
                    + (shards > learned.shards ? ", or run `driftline reshard --shards " + shards + "`" : ""));
        }
        return misfits;
    }

    private static void misfit(List<String> misfits, String setting, String now, String then) {
        if (!now.equals(then)) {
            misfits.add("it was learned with " + setting + "=" + then + ", and the configuration says " + now + ": set "
                    + setting + "=" + then);
        }
    }
}
