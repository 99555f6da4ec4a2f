package dev.driftline.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The expressions that the files of {@code deploy/} ask Prometheus for, and the metrics that they name. */
final class Expressions {

    /** All metrics that we export begin so; functions and labels do not. */
    private static final Pattern METRIC =
            Pattern.compile("(?<![\"\\w])(?:driftline|kafka|jvm|process|system|executor|logback)_[a-z0-9_]+");

    private static final Pattern QUERY = Pattern.compile("label_values\\((.*), \\w+\\)");

    private Expressions() {}

    /** Where {@code name} is below {@code deploy/}, from whichever folder the tests run in. */
    static Path deploy(String name) {
        return root().resolve("deploy").resolve(name);
    }

    /** Where {@code name} is below {@code examples/}. */
    static Path example(String name) {
        return root().resolve("examples").resolve(name);
    }

    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("deploy")) ? here : here.getParent();
    }

    /** Those of the dashboard's panels, annotations and variables, with its variables filled in. */
    static List<String> dashboard() throws IOException {
        List<String> expressions = new ArrayList<>();
        JsonNode dashboard =
                new ObjectMapper().readTree(deploy("grafana/driftline.json").toFile());
        dashboard.findValuesAsText("expr").forEach(expressions::add);
        for (JsonNode variable : dashboard.at("/templating/list")) {
            Matcher query = QUERY.matcher(variable.path("definition").asText());
            if (query.matches()) {
                expressions.add(query.group(1));
            }
        }
        return expressions.stream()
                .map(expression -> expression
                        .replace("$__rate_interval", "1m")
                        .replace("$job", ".*")
                        .replace("$source", ".*")
                        .replace("$model", "mixture"))
                .toList();
    }

    /** Those of the alert rules. */
    static List<String> rules() throws IOException {
        List<String> expressions = new ArrayList<>();
        JsonNode rules = new YAMLMapper()
                .readTree(deploy("prometheus/driftline.rules.yml").toFile());
        rules.findValuesAsText("expr").forEach(expressions::add);
        return expressions;
    }

    /** The metrics that expressions name. */
    static Set<String> metrics(List<String> expressions) {
        Set<String> names = new TreeSet<>();
        for (String expression : expressions) {
            // What stands in quotes are values of labels.
            Matcher matcher = METRIC.matcher(expression.replaceAll("\"[^\"]*\"", "\"\""));
            while (matcher.find()) {
                names.add(matcher.group());
            }
        }
        return names;
    }
}
