package dev.driftline.filter;

import dev.driftline.mixture.MixtureSettings;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A number that a rule can compare.
 *
 * @param kind what it measures
 * @param model the model that it is of, where {@link Kind#ofModel()}; else empty
 */
public record Measure(Kind kind, String model) {

    /** The kinds of numbers. */
    public enum Kind {
        /** The headline: mean bits of a token, unknown words spelled out. */
        BITS_PER_TOKEN("bits per token", true),
        /** 2 to the bits per token. */
        PERPLEXITY("perplexity", true),
        /** Mean surprisal of a token with {@code <unk>} as a class, in bits. */
        CLASS_BITS_PER_TOKEN("bits per token with <unk> as a class", true),
        /** 2 to those. */
        CLASS_PERPLEXITY("class perplexity", true),
        /** Bits with the unknown words spelled out, per character. */
        BITS_PER_CHARACTER("bits per character", true),
        /** The share of tokens that the model did not know, 0 to 1. */
        UNKNOWN_RATE("share of unknown words", false),
        /** Tokens, {@code </s>} included. */
        TOKENS("tokens", false),
        /** Code points, with one separator a word. */
        CHARACTERS("characters", false),
        /** Percentage of the source's earlier documents that were below, 0 to 100. */
        PERCENTILE("percentile within the source", false),
        /** What the percentile is of, bits per token unless the rules say otherwise, beyond the source's median. */
        EXCESS("excess over the source's median", false);

        private final String words;
        private final boolean ofModel;

        Kind(String words, boolean ofModel) {
            this.words = words;
            this.ofModel = ofModel;
        }

        /** Whether each model has its own. */
        public boolean ofModel() {
            return ofModel;
        }

        /** Whether it compares a document with the earlier ones of its source. */
        public boolean ofSource() {
            return this == PERCENTILE || this == EXCESS;
        }

        /** The name in a rules file. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Bits per token of the mixture. */
    public static final Measure BITS_PER_TOKEN = new Measure(Kind.BITS_PER_TOKEN, MixtureSettings.MIXTURE);

    private static final Pattern NAME = Pattern.compile("([a-z_]+)(?:\\(([A-Za-z0-9._-]+)\\))?");

    /**
     * The measure called {@code name}: a kind's label, of a model in parentheses, such as {@code perplexity(kneser-ney-5)};
     * without, of the mixture.
     *
     * @throws IllegalArgumentException if there is no such measure; the message lists them
     */
    public static Measure named(String name) {
        Matcher parts = NAME.matcher(name);
        if (parts.matches()) {
            for (Kind kind : Kind.values()) {
                if (!kind.label().equals(parts.group(1))) {
                    continue;
                }
                if (!kind.ofModel) {
                    if (parts.group(2) != null) {
                        throw new IllegalArgumentException("'" + name + "': " + kind.label()
                                + " is the same for all models: remove '(" + parts.group(2) + ")'");
                    }
                    return new Measure(kind, "");
                }
                return new Measure(kind, parts.group(2) == null ? MixtureSettings.MIXTURE : parts.group(2));
            }
        }
        throw new IllegalArgumentException("'" + name + "' is not a measure of a document: use one of " + names());
    }

    private static String names() {
        return Arrays.stream(Kind.values())
                .map(kind -> kind.label() + (kind.ofModel ? " or " + kind.label() + "(MODEL)" : ""))
                .collect(Collectors.joining(", "));
    }

    /** The value for a document; NaN if its model did not score the document, or if it compares with other documents. */
    public double of(ScoredDocument document) {
        return switch (kind) {
            case BITS_PER_TOKEN -> spelled(document);
            case PERPLEXITY -> Math.pow(2, spelled(document));
            case CLASS_BITS_PER_TOKEN -> bits(document) / document.tokens();
            case CLASS_PERPLEXITY -> Math.pow(2, bits(document) / document.tokens());
            case BITS_PER_CHARACTER -> (bits(document) + document.spellingBits()) / document.characters();
            case UNKNOWN_RATE -> (double) document.unknown() / document.tokens();
            case TOKENS -> document.tokens();
            case CHARACTERS -> document.characters();
            case PERCENTILE, EXCESS -> Double.NaN;
        };
    }

    private double spelled(ScoredDocument document) {
        return (bits(document) + document.letterBits()) / document.tokens();
    }

    private double bits(ScoredDocument document) {
        return document.bits().getOrDefault(model, Double.NaN);
    }

    /** The measure in words. */
    public String inWords() {
        return kind.words + (kind.ofModel && !model.equals(MixtureSettings.MIXTURE) ? " of " + model : "");
    }

    /** As written in a rules file. */
    @Override
    public String toString() {
        return kind.label() + (kind.ofModel && !model.equals(MixtureSettings.MIXTURE) ? "(" + model + ")" : "");
    }
}
