package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.schemas.Score;
import dev.driftline.schemas.TextEvent;
import dev.driftline.testing.Application;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.CommandLine;
import dev.driftline.testing.DriftlineProcess.Result;
import dev.driftline.testing.LocalInstance;
import dev.driftline.testing.NgramCensus;
import dev.driftline.text.Tokenizers;
import dev.driftline.topics.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.Test;

/** Text that Driftline tokenises itself. */
class RawTextIT {

    private static final int ORDER = 3;

    @Test
    void shouldTokeniseScoreAndLearnRawText(Cluster cluster) {
        List<TextEvent> events = List.of(
                event("en", "en", "The students opened their books. They began to read."),
                event("en-again", "en", "The students opened their books. They began to read."),
                event("zh", "zh", "学生们打开了课本。他们开始阅读。"),
                event("ja", "ja", "学生たちは本を開いた。"),
                event("none", null, "naïve café, isn't it?"));
        try (Application application = cluster.application(
                "text",
                Map.of(
                        "shards",
                        "1",
                        "partitions",
                        "1",
                        "model.order",
                        Integer.toString(ORDER),
                        "tokenizer",
                        "words"))) {
            LocalInstance instance = application.start("one");
            try (Serializer<TextEvent> serializer = application.serdes().serializer(TextEvent.class)) {
                for (TextEvent event : events) {
                    application.publish(
                            Topic.TEXT, event.getId(), serializer.serialize(application.topic(Topic.TEXT), event));
                }
            }
            List<Score> scores = application
                    .scores()
                    .awaitSize(events.size(), Duration.ofMinutes(1))
                    .values();

            assertThat(scores).extracting(Score::getId).containsExactly("en", "en-again", "zh", "ja", "none");
            assertThat(scores).extracting(Score::getInputTopic).containsOnly(application.topic(Topic.TEXT));
            assertThat(scores.get(0).getUnknownTokens()).isPositive();
            assertThat(scores.get(1).getUnknownTokens()).isZero();
            assertThat(scores.get(1).getNgramBitsPerToken())
                    .isLessThan(scores.get(2).getNgramBitsPerToken());

            NgramCensus census = new NgramCensus(ORDER);
            for (int i = 0; i < events.size(); i++) {
                TextEvent event = events.get(i);
                List<List<String>> sentences = Tokenizers.named("words")
                        .sentences(event.getText(), event.getLanguage() == null ? "" : event.getLanguage());
                if (!event.getId().equals("en-again")) {
                    census.add(sentences);
                }
                assertThat(scores.get(i).getTokens())
                        .as(event.getId())
                        .isEqualTo(sentences.stream().mapToInt(List::size).sum() + sentences.size());
            }
            assertThat(instance.service()
                            .shards()
                            .ask(0, shard -> shard.rawCount(List.of("students", "opened", "their"))))
                    .contains(2L);
            assertThat(instance.service().shards().ask(0, shard -> shard.rawCount(List.of("打开"))))
                    .as("a Chinese word found by dictionary")
                    .contains(1L);
            retract(application, "en-again");
            assertThat(instance.service()
                            .shards()
                            .ask(0, shard -> shard.rawCount(List.of("students", "opened", "their"))))
                    .as("once, as before the second document")
                    .contains(1L);
            instance.close();
            application.changelogCounts().assertEqual(census);
        }
    }

    /** By the command, twice: the second time it finds that it is done. */
    private static void retract(Application application, String id) {
        List<String> command = new ArrayList<>(List.of("retract", id));
        application.settings().forEach((name, value) -> command.addAll(List.of("--set", name + "=" + value)));
        Result result = CommandLine.run(command);
        assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
        assertThat(result.out()).contains("RETRACTED '" + id + "'");
        Result again = CommandLine.run(command);
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.out()).contains("has been taken out");
    }

    private static TextEvent event(String id, String language, String text) {
        return TextEvent.newBuilder()
                .setId(id)
                .setSource("web")
                .setLanguage(language)
                .setPublishedAt(Instant.parse("2026-01-01T00:00:00Z"))
                .setText(text)
                .build();
    }
}
