package dev.driftline.filter;

import dev.driftline.corpus.TextInput;
import dev.driftline.filter.Condition.Comparison;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads a rules file: JSON, with comments.
 *
 * <pre>{@code
 * {
 *   "rules": [
 *     {"name": "foreign", "if": {"unknown_rate": "> 25 %"}, "to": "review.v1"},
 *     {"name": "odd", "if": {"source": ["news*", "blog"], "tokens": ">= 20", "percentile": "> 95"}, "to": "drop"}
 *   ],
 *   "otherwise": "keep",
 *   "keep": "kept.v1",
 *   "percentile": {"of": "bits_per_token", "minimum": 30, "window": 1000}
 * }
 * }</pre>
 *
 * <p>All problems are reported at once, each with its line and what to write instead.
 */
public final class RulesReader {

    private static final String STANDARD = "default";
    private static final int MOST_BYTES = 1 << 20;
    private static final int MOST_RULES = 1000;
    private static final String KEPT = "kept.v1";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern TOPIC = Pattern.compile("[A-Za-z0-9._-]{1,150}");
    private static final String ATTRIBUTE = "attribute.";

    private final String file;
    private final Collection<String> taken;
    private final List<String> problems = new ArrayList<>();

    private RulesReader(String file, Collection<String> taken) {
        this.file = file;
        this.taken = taken;
    }

    /**
     * Reads {@code file}; one called {@value #STANDARD} has the {@link #standard()} rules where there is no such file.
     *
     * @param taken topics that are used for something else, so that no document may be sent to them; without the prefix of all topics
     * @throws InvalidRulesException with a line for each problem, or if the file cannot be read
     */
    public static FilterRules read(Path file, Collection<String> taken) {
        String text;
        try {
            if (!Files.exists(file) && !TextInput.isStandardInput(file)) {
                if (file.toString().equals(STANDARD)) {
                    return standard();
                }
                throw new InvalidRulesException(List.of("no such rules file: " + file));
            }
            text = TextInput.read(file, MOST_BYTES);
        } catch (IOException e) {
            throw new InvalidRulesException(List.of("cannot read the rules: " + e.getMessage()));
        }
        return parse(file.toString(), text, taken);
    }

    /** The rules called {@code default}. */
    public static FilterRules standard() {
        return parse(STANDARD, FilterRules.DEFAULT, List.of());
    }

    /** Parses {@code text}; {@code file} is its name in messages. */
    static FilterRules parse(String file, String text, Collection<String> taken) {
        RulesReader reader = new RulesReader(file, taken);
        FilterRules rules = reader.rules(LocatedJson.read(file, text));
        if (!reader.problems.isEmpty()) {
            throw new InvalidRulesException(reader.problems);
        }
        return rules;
    }

    private FilterRules rules(LocatedJson json) {
        Map<String, LocatedJson> fields =
                fields(json, "the file", Set.of("rules", "otherwise", "keep", "percentile"), "{\"rules\": [ … ]}");
        List<Rule> rules = new ArrayList<>();
        if (fields.get("rules") instanceof LocatedJson.Items items
                && !items.values().isEmpty()) {
            if (items.values().size() > MOST_RULES) {
                problem(
                        items,
                        items.values().size() + " rules, the limit is " + MOST_RULES + ": join some with"
                                + " wildcards or lists");
            }
            Map<String, Integer> lines = new HashMap<>();
            items.values().forEach(item -> rules.add(rule(item, rules.size() + 1, lines)));
        } else {
            problem(
                    fields.getOrDefault("rules", json),
                    "\"rules\" must be a list of at least one rule: write {\"rules\": [{\"name\": \"odd\", \"if\":"
                            + " {\"percentile\": \"> 95\"}, \"to\": \"drop\"}]}");
        }
        Target otherwise = fields.containsKey("otherwise") ? target(fields.get("otherwise")) : new Target.Keep();
        String keep = KEPT;
        if (fields.containsKey("keep")) {
            keep = fields.get("keep") instanceof LocatedJson.Text text ? topic(text) : KEPT;
            if (!(fields.get("keep") instanceof LocatedJson.Text)) {
                problem(fields.get("keep"), "\"keep\" must be the name of a topic, such as \"" + KEPT + "\"");
            }
        } else if (taken.contains(KEPT)) {
            problem(json, "\"keep\" must be given: the name of a topic");
        }
        PercentileSettings percentile =
                fields.containsKey("percentile") ? percentile(fields.get("percentile")) : PercentileSettings.DEFAULT;
        return new FilterRules(List.copyOf(rules), otherwise, keep, percentile);
    }

    private Rule rule(LocatedJson json, int number, Map<String, Integer> lines) {
        String example = "{\"name\": \"odd\", \"if\": {\"percentile\": \"> 95\"}, \"to\": \"drop\"}";
        Map<String, LocatedJson> fields = fields(json, "rule " + number, Set.of("name", "if", "to"), example);
        String name = "rule-" + number;
        if (fields.get("name") instanceof LocatedJson.Text text
                && NAME.matcher(text.value()).matches()
                && !text.value().equals(FilterRules.OTHERWISE)) {
            name = text.value();
            Integer before = lines.putIfAbsent(name, json.line());
            if (before != null) {
                problem(text, "the rule on line " + before + " has the name '" + name + "' too: names must be unique");
            }
        } else if (json instanceof LocatedJson.Fields) {
            problem(
                    fields.getOrDefault("name", json),
                    "rule " + number + " needs a \"name\" of letters, digits, '.', '_' and '-', at most 64, and not '"
                            + FilterRules.OTHERWISE + "'");
        }
        List<Condition> conditions = new ArrayList<>();
        if (fields.get("if") instanceof LocatedJson.Fields when
                && !when.values().isEmpty()) {
            when.values().forEach((what, asked) -> condition(what, asked, conditions));
        } else if (json instanceof LocatedJson.Fields) {
            problem(
                    fields.getOrDefault("if", json),
                    "rule " + number
                            + " needs an \"if\" with at least one condition, such as {\"percentile\": \"> 95\"}; for all"
                            + " other documents use \"otherwise\"");
        }
        Target target = new Target.Drop();
        if (fields.containsKey("to")) {
            target = target(fields.get("to"));
        } else if (json instanceof LocatedJson.Fields) {
            problem(json, "rule " + number + " needs a \"to\": \"keep\", \"drop\" or the name of a topic");
        }
        return new Rule(name, List.copyOf(conditions), target, json.line());
    }

    private void condition(String what, LocatedJson asked, List<Condition> conditions) {
        if (what.equals("source")) {
            conditions.add(new Condition.Source(globs(asked, what)));
            return;
        }
        if (what.startsWith(ATTRIBUTE) && what.length() > ATTRIBUTE.length()) {
            conditions.add(new Condition.Attribute(what.substring(ATTRIBUTE.length()), globs(asked, what)));
            return;
        }
        Measure measure;
        try {
            measure = Measure.named(what);
        } catch (IllegalArgumentException e) {
            problem(asked, e.getMessage() + "; other conditions are source and " + ATTRIBUTE + "NAME");
            return;
        }
        Optional<List<String>> texts = texts(asked);
        if (texts.isEmpty()) {
            problem(
                    asked,
                    "\"" + what
                            + "\" must be a comparison, such as \"> 95\", or a list of comparisons that must all hold");
            return;
        }
        for (String text : texts.get()) {
            comparison(measure, text, asked, conditions);
        }
    }

    private void comparison(Measure measure, String text, LocatedJson at, List<Condition> conditions) {
        String stripped = text.strip();
        for (Comparison.Sign sign : Comparison.Sign.values()) {
            if (stripped.startsWith(sign.text())) {
                String number = stripped.substring(sign.text().length()).strip();
                boolean percent = number.endsWith("%");
                String digits =
                        percent ? number.substring(0, number.length() - 1).strip() : number;
                double bound;
                try {
                    bound = Double.parseDouble(digits);
                } catch (NumberFormatException e) {
                    break;
                }
                String range = range(measure, bound, percent);
                if (!range.isEmpty()) {
                    problem(at, "\"" + measure + "\": \"" + text + "\": " + range);
                    return;
                }
                boolean share = percent && measure.kind() == Measure.Kind.UNKNOWN_RATE;
                conditions.add(
                        new Comparison(measure, sign, share ? bound / 100 : bound, digits + (percent ? " %" : "")));
                return;
            }
        }
        problem(
                at,
                "\"" + measure + "\": \"" + text + "\" is not a comparison: write >, >=, < or <= and a number, such as"
                        + " \"> 95\"");
    }

    /** What is wrong with a bound; empty if nothing is. */
    private static String range(Measure measure, double bound, boolean percent) {
        if (!Double.isFinite(bound) || bound < 0) {
            return "must be a number, 0 or more";
        }
        return switch (measure.kind()) {
            case PERCENTILE -> bound > 100 ? "must be from 0 to 100" : "";
            case UNKNOWN_RATE ->
                bound > (percent ? 100 : 1) ? "must be a share from 0 to 1, or a percentage such as 25 %" : "";
            default -> percent ? "has no percentage: leave the % out" : "";
        };
    }

    private List<Condition.Glob> globs(LocatedJson asked, String what) {
        Optional<List<String>> texts = texts(asked);
        if (texts.isEmpty()) {
            problem(
                    asked,
                    "\"" + what + "\" must be a name, in which * stands for any characters, or a list of names, any of"
                            + " which may match");
            return List.of();
        }
        return texts.get().stream().map(Condition.Glob::of).toList();
    }

    /** The string, or the strings of a list; empty if it is neither. */
    private static Optional<List<String>> texts(LocatedJson json) {
        if (json instanceof LocatedJson.Text text) {
            return Optional.of(List.of(text.value()));
        }
        if (json instanceof LocatedJson.Items items
                && !items.values().isEmpty()
                && items.values().stream().allMatch(LocatedJson.Text.class::isInstance)) {
            return Optional.of(items.values().stream()
                    .map(item -> ((LocatedJson.Text) item).value())
                    .toList());
        }
        return Optional.empty();
    }

    private Target target(LocatedJson json) {
        if (json instanceof LocatedJson.Text text) {
            return switch (text.value()) {
                case "keep" -> new Target.Keep();
                case "drop" -> new Target.Drop();
                default -> new Target.ToTopic(topic(text));
            };
        }
        problem(json, "a target must be \"keep\", \"drop\" or the name of a topic");
        return new Target.Drop();
    }

    private String topic(LocatedJson.Text text) {
        String name = text.value();
        if (!TOPIC.matcher(name).matches() || name.equals(".") || name.equals("..")) {
            problem(
                    text,
                    "'" + name + "' is not a valid topic name: letters, digits, '.', '_' and '-', at most 150;"
                            + " topics.prefix is put in front");
        } else if (taken.contains(name)) {
            problem(text, "topic '" + name + "' is used for something else: choose another name");
        } else if (name.equals("keep") || name.equals("drop")) {
            problem(text, "a topic cannot be called '" + name + "': that is a target");
        }
        return name;
    }

    private PercentileSettings percentile(LocatedJson json) {
        PercentileSettings standard = PercentileSettings.DEFAULT;
        Map<String, LocatedJson> fields = fields(
                json, "\"percentile\"", Set.of("of", "minimum", "window"), "{\"minimum\": 30, \"window\": 1000}");
        Measure of = standard.of();
        if (fields.get("of") instanceof LocatedJson.Text text) {
            try {
                of = Measure.named(text.value());
            } catch (IllegalArgumentException e) {
                problem(text, "\"of\": " + e.getMessage());
            }
            if (of.kind().ofSource()) {
                problem(
                        text,
                        "a percentile cannot be of a percentile or an excess: choose another measure, such as bits_per_token");
            }
        } else if (fields.containsKey("of")) {
            problem(fields.get("of"), "\"of\" must be a measure, such as \"bits_per_token\"");
        }
        int minimum = whole(fields, "minimum", standard.minimum(), 1, 1_000_000);
        int window = whole(fields, "window", standard.window(), 0, 1_000_000_000);
        if (window > 0 && minimum > window) {
            problem(
                    json,
                    "\"minimum\" is " + minimum + " and \"window\" " + window
                            + ": the minimum cannot be larger than the window");
            minimum = window;
        }
        return new PercentileSettings(of, minimum, window);
    }

    private int whole(Map<String, LocatedJson> fields, String name, int standard, int least, int most) {
        LocatedJson json = fields.get(name);
        if (json == null) {
            return standard;
        }
        if (json instanceof LocatedJson.Number number) {
            try {
                int value = Integer.parseInt(number.value());
                if (value >= least && value <= most) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Said below.
            }
        }
        problem(json, "\"" + name + "\" must be a whole number from " + least + " to " + most);
        return standard;
    }

    private Map<String, LocatedJson> fields(LocatedJson json, String what, Set<String> known, String example) {
        if (!(json instanceof LocatedJson.Fields fields)) {
            problem(json, what + " must be an object, such as " + example);
            return Map.of();
        }
        fields.values().forEach((name, value) -> {
            if (!known.contains(name)) {
                problem(
                        value,
                        what + " has no \"" + name + "\": use "
                                + String.join(", ", known.stream().sorted().toList()));
            }
        });
        return fields.values();
    }

    private void problem(LocatedJson at, String what) {
        problems.add(file + ", line " + at.line() + ": " + what);
    }
}
