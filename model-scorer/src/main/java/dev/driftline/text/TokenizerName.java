package dev.driftline.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The name of a tokenizer, which is what is recorded with a model:
 *
 * <pre>
 * name  = base *( "+" step )  |  "words-nfc"  |  "subword:" FILE [ "@" SHA-256 ]
 * base  = "whitespace" | "words" | "characters" | "log"
 * step  = "nfc" | "nfkc" | "lower" | "digits" | "accents"
 * </pre>
 *
 * Steps stand in this order, each once, and one of {@code nfc} and {@code nfkc} at most: a tokenizer has one name, and names
 * are compared as strings. {@code words+nfc} is the exception: its older name {@code words-nfc} is the one that is recorded.
 *
 * @param base what cuts
 * @param steps what is done to the text before
 * @param file the path of a subword model; empty for another base
 * @param hash 64 hexadecimal digits, the SHA-256 of the file; empty where it is not said
 */
record TokenizerName(String base, List<Step> steps, String file, String hash) {

    static final String WHITESPACE = "whitespace";
    static final String WORDS = "words";
    static final String CHARACTERS = "characters";
    static final String LOG = "log";
    static final String SUBWORD = "subword";

    /** The older name of {@code words+nfc}. */
    static final String WORDS_NFC = "words-nfc";

    private static final List<String> BASES = List.of(CHARACTERS, LOG, WHITESPACE, WORDS);
    private static final Pattern HASHED = Pattern.compile("(.+)@([0-9a-f]{64})", Pattern.DOTALL);
    private static final String STEPS =
            Arrays.stream(Step.values()).map(Step::label).collect(Collectors.joining(", "));

    /**
     * Reads a name. A file that it names is not looked at.
     *
     * @throws IllegalArgumentException that says what is wrong and what to write
     */
    static TokenizerName parse(String name) {
        if (name.startsWith(SUBWORD + ":")) {
            return subword(name);
        }
        if (name.equals(WORDS_NFC)) {
            return new TokenizerName(WORDS, List.of(Step.NFC), "", "");
        }
        String[] parts = name.split("\\+", -1);
        if (!BASES.contains(parts[0])) {
            throw new IllegalArgumentException(refusal(name, parts));
        }
        List<Step> steps = new ArrayList<>();
        for (int i = 1; i < parts.length; i++) {
            steps.add(step(name, parts[i]));
        }
        TokenizerName parsed =
                new TokenizerName(parts[0], steps.stream().sorted().distinct().toList(), "", "");
        if (steps.contains(Step.NFC) && steps.contains(Step.NFKC)) {
            throw new IllegalArgumentException(
                    "tokenizer '" + name + "': nfkc does what nfc does, and more: leave one of them out");
        }
        if (parsed.base.equals(LOG) && steps.contains(Step.DIGITS)) {
            throw new IllegalArgumentException(
                    "tokenizer '" + name + "': log makes <number> of numbers: leave digits out");
        }
        if (!steps.equals(parsed.steps)) {
            throw new IllegalArgumentException("tokenizer '" + name + "': steps stand in the order " + STEPS
                    + ", each once: write " + parsed.text());
        }
        return parsed;
    }

    private static String refusal(String name, String[] parts) {
        if (parts[0].equals(WORDS_NFC)) {
            return "tokenizer '" + name + "': write words+nfc" + name.substring(WORDS_NFC.length());
        }
        if (parts[0].equals(SUBWORD)) {
            return "tokenizer '" + name + "': name the model, too: subword:FILE";
        }
        return "no tokenizer '" + name + "': choose one of " + String.join(", ", BASES) + ", " + WORDS_NFC + ", "
                + SUBWORD + ":FILE; all but the last two take steps, such as words+nfkc+lower";
    }

    private static Step step(String name, String label) {
        return Arrays.stream(Step.values())
                .filter(step -> step.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "tokenizer '" + name + "': there is no step '" + label + "': choose of " + STEPS));
    }

    private static TokenizerName subword(String name) {
        String file = name.substring(SUBWORD.length() + 1);
        if (file.isBlank() || file.chars().anyMatch(c -> c < ' ')) {
            throw new IllegalArgumentException("tokenizer '" + name + "': name the model: subword:FILE");
        }
        Matcher hashed = HASHED.matcher(file);
        return hashed.matches()
                ? new TokenizerName(SUBWORD, List.of(), hashed.group(1), hashed.group(2))
                : new TokenizerName(SUBWORD, List.of(), file, "");
    }

    /** Whether a file belongs to it. */
    boolean readsFile() {
        return base.equals(SUBWORD);
    }

    /** The name as it is written. */
    String text() {
        if (readsFile()) {
            return SUBWORD + ":" + file + (hash.isEmpty() ? "" : "@" + hash);
        }
        if (base.equals(WORDS) && steps.equals(List.of(Step.NFC))) {
            return WORDS_NFC;
        }
        return base + steps.stream().map(step -> "+" + step.label()).collect(Collectors.joining());
    }
}
