package dev.driftline.cli.offline;

import dev.driftline.cli.options.ConfigOptions;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.OutputKeys;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.filter.FilterRules;
import dev.driftline.filter.PercentileSettings;
import dev.driftline.filter.QuantileSketch;
import dev.driftline.filter.Rule;
import dev.driftline.filter.Target;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import dev.driftline.topology.TopologySettings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code driftline filter check}. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "Check a file of rules and say in words what it does.",
            "The models that it names are those of the configuration."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  driftline filter check rules.json",
            "  driftline filter check rules.json --set neural.model=none --json"
        })
final class FilterCheckCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "RULES", description = "The file of rules.")
    private Path file;

    @Mixin
    private ConfigOptions config;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        FilterRules rules = RulesFile.read(file);
        DriftlineConfig loaded = config.load(Map.of(OutputKeys.FILTER_RULES.name(), "none"));
        RulesFile.requireModels(
                rules, file, TopologySettings.of(loaded).mixture().models());
        PrintWriter out = spec.commandLine().getOut();
        String prefix = loaded.get(TopicKeys.PREFIX);
        if (json) {
            out.println(PlainJson.pretty(asMap(rules, prefix)));
        } else {
            words(rules, prefix).forEach(out::println);
        }
        out.flush();
        return ExitCodes.OK;
    }

    private List<String> words(FilterRules rules, String prefix) {
        List<String> lines = new ArrayList<>();
        lines.add(file + " is correct: " + rules.rules().size()
                + (rules.rules().size() == 1 ? " rule." : " rules; the first that matches decides."));
        int number = 1;
        for (Rule rule : rules.rules()) {
            lines.add(String.format(Locale.ROOT, "%3d. %s: if %s", number++, rule.name(), rule.inWords()));
            lines.add("     " + inWords(rules, rule.target(), prefix));
        }
        lines.add("     otherwise");
        lines.add("     " + inWords(rules, rules.otherwise(), prefix));
        if (rules.compareWithSource()) {
            PercentileSettings percentile = rules.percentile();
            lines.add(String.format(
                    Locale.ROOT,
                    "A percentile is the share of the source's %s with fewer %s than the document, which is added"
                            + " after it; exact up to %d documents, then off by at most %.1f points for 99 of 100.",
                    percentile.window() == 0
                            ? "earlier documents"
                            : String.format(
                                    Locale.ROOT,
                                    "last %,d to %,d documents",
                                    percentile.window(),
                                    2L * percentile.window()),
                    percentile.of().inWords(),
                    QuantileSketch.SIZE,
                    100 * QuantileSketch.RANK_ERROR));
            lines.add(String.format(
                    Locale.ROOT,
                    "A source with fewer than %,d documents has none: rules that ask for it do not match. sources.max"
                            + " and sources.idle.ms limit how long a source is kept.",
                    percentile.minimum()));
        }
        return lines;
    }

    private static String inWords(FilterRules rules, Target target, String prefix) {
        return rules.topic(target).map(topic -> "→ topic " + prefix + topic).orElse("→ dropped");
    }

    private static Map<String, @Nullable Object> asMap(FilterRules rules, String prefix) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put(
                "rules",
                rules.rules().stream()
                        .map(rule -> {
                            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
                            fields.put("name", rule.name());
                            fields.put("if", rule.inWords());
                            fields.put("topic", topic(rules, rule.target(), prefix));
                            return fields;
                        })
                        .toList());
        map.put("otherwise", topic(rules, rules.otherwise(), prefix));
        PercentileSettings percentile = rules.percentile();
        Map<String, @Nullable Object> settings = new LinkedHashMap<>();
        settings.put("of", percentile.of().toString());
        settings.put("minimum", percentile.minimum());
        settings.put("window", percentile.window());
        settings.put("rank_error", QuantileSketch.RANK_ERROR);
        map.put("percentile", settings);
        map.put("topics", rules.topics().stream().map(topic -> prefix + topic).toList());
        return map;
    }

    /** The name of the topic; null for documents that are dropped, as in JSON. */
    private static @Nullable String topic(FilterRules rules, Target target, String prefix) {
        return rules.topic(target).map(topic -> prefix + topic).orElse(null);
    }
}
