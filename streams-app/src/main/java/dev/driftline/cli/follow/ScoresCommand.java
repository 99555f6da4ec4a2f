package dev.driftline.cli.follow;

import dev.driftline.cli.options.ConfigOptions;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.Score;
import dev.driftline.terminal.PlainJson;
import dev.driftline.terminal.Printable;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.kafka.common.serialization.Deserializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code driftline scores}: follows the scores topic. */
@Command(
        name = "scores",
        mixinStandardHelpOptions = true,
        description = "Follow the scores: one line a document with its perplexity.",
        footerHeading = "%nExample:%n",
        footer = "  driftline scores --from-beginning --limit 10 --timeout 30")
public final class ScoresCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOptions config;

    @Mixin
    private FollowOptions follow;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        DriftlineConfig loaded = config.load();
        String topic = TopicNames.of(loaded).name(Topic.SCORES);
        try (Deserializer<Score> scores =
                new SchemaRegistrySerdes(loaded.clients().schemaRegistry()).deserializer(Score.class)) {
            if (!follow.json()) {
                out.printf(
                        Locale.ROOT,
                        "%-24s %-16s %7s %7s %11s %11s %9s%n",
                        "document",
                        "source",
                        "tokens",
                        "unknown",
                        "perplexity",
                        "n-gram",
                        "bits/char");
                out.flush();
            }
            return new TopicFollower(loaded, topic, follow).print(out, record -> {
                Score score = scores.deserialize(topic, record.headers(), record.value());
                return follow.json() ? PlainJson.line(PlainJson.of(score)) : line(score);
            });
        }
    }

    private static String line(Score score) {
        return String.format(
                Locale.ROOT,
                "%-24s %-16s %7d %7d %11.1f %11.1f %9.3f",
                Printable.cut(score.getId(), 24),
                Printable.cut(score.getSource(), 16),
                score.getTokens(),
                score.getUnknownTokens(),
                score.getMixturePerplexity(),
                score.getNgramPerplexity(),
                score.getBitsPerCharacter());
    }
}
