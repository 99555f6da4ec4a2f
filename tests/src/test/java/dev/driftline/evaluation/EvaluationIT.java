package dev.driftline.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.schemas.Document;
import dev.driftline.schemas.ExpertScore;
import dev.driftline.schemas.Headline;
import dev.driftline.schemas.Score;
import dev.driftline.testing.Application;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.CommandLine;
import dev.driftline.testing.DriftlineProcess.Result;
import dev.driftline.testing.SmallDocuments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code driftline evaluate} is the same model without Kafka. */
class EvaluationIT {

    private static final int ORDER = 3;
    private static final int DOCUMENTS = 200;

    @TempDir
    Path folder;

    @Test
    void shouldGiveEveryDocumentTheBitsThatTheServiceGivesIt(Cluster cluster) throws IOException {
        List<Document> documents = new SmallDocuments(7).next(DOCUMENTS);
        List<Score> scores;
        try (Application application = cluster.application(
                "evaluated", Map.of("shards", "1", "partitions", "1", "model.order", Integer.toString(ORDER)))) {
            application.publish(documents);
            application.start("one");
            scores = application
                    .scores()
                    .awaitSize(DOCUMENTS, Duration.ofMinutes(1))
                    .values();
        }
        Path corpus = folder.resolve("small.docs.tsv");
        Files.write(corpus, documents.stream().map(EvaluationIT::line).toList());
        Path out = folder.resolve("scores.tsv");

        Result evaluated = CommandLine.run(List.of(
                "evaluate",
                corpus.toString(),
                "--order",
                Integer.toString(ORDER),
                "--per-document",
                out.toString(),
                "--json"));

        assertThat(evaluated.exitCode()).as(evaluated.err()).isEqualTo(0);
        List<String> lines = Files.readAllLines(out);
        List<String> columns = List.of(lines.get(0).split("\t"));
        assertThat(columns)
                .containsExactly(
                        "id",
                        "key",
                        "tokens",
                        "unknown",
                        "kneser-ney-1",
                        "kneser-ney-2",
                        "kneser-ney-3",
                        "cache-unigram",
                        "cache-bigram",
                        "mixture",
                        "letters");
        assertThat(lines).hasSize(DOCUMENTS + 1);
        for (int i = 0; i < DOCUMENTS; i++) {
            String[] fields = lines.get(i + 1).split("\t");
            Score score = scores.get(i);
            assertThat(List.of(fields).subList(0, 4))
                    .containsExactly(
                            score.getId(),
                            score.getSource(),
                            Integer.toString(score.getTokens()),
                            Integer.toString(score.getUnknownTokens()));
            Map<String, Double> service = bits(score);
            service.put("letters", Headline.letterBits(score));
            for (int column = 4; column < fields.length; column++) {
                String model = columns.get(column);
                assertThat(Double.parseDouble(fields[column]))
                        .as("%s of %s", model, score.getId())
                        .isCloseTo(service.get(model), within(1e-4 * score.getTokens()));
            }
        }
    }

    private static Map<String, Double> bits(Score score) {
        Map<String, Double> bits = new LinkedHashMap<>();
        for (ExpertScore expert : score.getExperts()) {
            bits.put(expert.getName(), expert.getBits());
        }
        bits.put("mixture", score.getMixtureBits());
        return bits;
    }

    private static String line(Document document) {
        List<String> sentences = new ArrayList<>();
        document.getSentences().forEach(sentence -> sentences.add(String.join(" ", sentence)));
        return document.getId() + "\t" + document.getSource() + "\t"
                + sentences.stream().collect(Collectors.joining(" </s> "));
    }
}
