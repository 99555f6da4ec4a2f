package dev.driftline.filter;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A condition of a rule. */
public sealed interface Condition {

    /** Whether a condition holds; {@code UNKNOWN} where the document lacks what it compares. */
    enum Answer {
        /** It holds. */
        YES,
        /** It does not hold. */
        NO,
        /** The document lacks what it compares. */
        UNKNOWN
    }

    /**
     * Whether the condition holds for a document.
     *
     * @param standing where it stands in its source
     */
    Answer ask(ScoredDocument document, Standing standing);

    /** The condition in words. */
    String inWords();

    /** A name in which {@code *} stands for any characters and {@code ?} for one. */
    record Glob(String text, Pattern pattern) {

        /** The pattern written as {@code text}. */
        static Glob of(String text) {
            StringBuilder regex = new StringBuilder();
            text.codePoints().forEach(c -> {
                switch (c) {
                    case '*' -> regex.append(".*");
                    case '?' -> regex.append('.');
                    default -> regex.append(Pattern.quote(Character.toString(c)));
                }
            });
            return new Glob(text, Pattern.compile(regex.toString(), Pattern.DOTALL));
        }

        boolean matches(String name) {
            return pattern.matcher(name).matches();
        }

        private static String inWords(List<Glob> any) {
            return any.stream()
                    .map(glob ->
                            (glob.text.contains("*") || glob.text.contains("?") ? "like " : "") + "'" + glob.text + "'")
                    .collect(Collectors.joining(" or "));
        }
    }

    /** The source is one of these. */
    record Source(List<Glob> any) implements Condition {
        @Override
        public Answer ask(ScoredDocument document, Standing standing) {
            return any.stream().anyMatch(glob -> glob.matches(document.source())) ? Answer.YES : Answer.NO;
        }

        @Override
        public String inWords() {
            return "the source is " + Glob.inWords(any);
        }
    }

    /** The attribute {@code name} is one of these; does not hold for a document without it. */
    record Attribute(String name, List<Glob> any) implements Condition {
        @Override
        public Answer ask(ScoredDocument document, Standing standing) {
            String value = document.attributes().get(name);
            return value != null && any.stream().anyMatch(glob -> glob.matches(value)) ? Answer.YES : Answer.NO;
        }

        @Override
        public String inWords() {
            return "the attribute '" + name + "' is " + Glob.inWords(any);
        }
    }

    /** A measure compares with a number. */
    record Comparison(Measure measure, Sign sign, double bound, String boundText) implements Condition {

        /** How they compare. */
        enum Sign {
            AT_LEAST(">=", "at least"),
            AT_MOST("<=", "at most"),
            ABOVE(">", "above"),
            BELOW("<", "below");

            private final String text;
            private final String words;

            Sign(String text, String words) {
                this.text = text;
                this.words = words;
            }

            /** As written in a rules file. */
            String text() {
                return text;
            }
        }

        @Override
        public Answer ask(ScoredDocument document, Standing standing) {
            double value = switch (measure.kind()) {
                case PERCENTILE -> standing.percentile().orElse(Double.NaN);
                case EXCESS -> standing.excess().orElse(Double.NaN);
                default -> measure.of(document);
            };
            if (Double.isNaN(value)) {
                return Answer.UNKNOWN;
            }
            boolean is = switch (sign) {
                case AT_LEAST -> value >= bound;
                case AT_MOST -> value <= bound;
                case ABOVE -> value > bound;
                case BELOW -> value < bound;
            };
            return is ? Answer.YES : Answer.NO;
        }

        @Override
        public String inWords() {
            return measure.inWords() + " " + sign.words + " " + boundText;
        }
    }
}
