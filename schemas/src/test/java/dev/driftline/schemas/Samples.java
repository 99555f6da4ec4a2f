package dev.driftline.schemas;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** One filled record of each public topic. */
final class Samples {

    static final Instant PUBLISHED = Instant.parse("2026-01-02T03:04:05.678Z");

    private Samples() {}

    static TextEvent textEvent() {
        return TextEvent.newBuilder()
                .setId("t1")
                .setSource("news")
                .setText("Students opened their books. \uD83D\uDCDA")
                .setPublishedAt(PUBLISHED)
                .setLanguage("en")
                .setAttributes(Map.of("section", "school"))
                .build();
    }

    static Document document() {
        return Document.newBuilder()
                .setId("d1")
                .setSource("news")
                .setPublishedAt(PUBLISHED)
                .setSentences(List.of(List.of("students", "opened", "their", "books"), List.of()))
                .build();
    }

    static Score score() {
        return Score.newBuilder()
                .setId("d1")
                .setSource("news")
                .setPublishedAt(PUBLISHED)
                .setScoredAt(PUBLISHED.plusMillis(7))
                .setSmoothing("kneser-ney")
                .setOrder(5)
                .setTokens(6)
                .setUnknownTokens(1)
                .setCharacters(29)
                .setNgramBitsPerToken(3.5)
                .setNgramPerplexity(11.3)
                .setMixtureBits(20.0)
                .setMixtureBitsPerToken(20.0 / 6)
                .setMixturePerplexity(10.1)
                .setSpellingBits(12.5)
                .setBitsPerCharacter(1.12)
                .setMixtureWeights(Map.of("kneser-ney-5", 0.75, "cache-unigram", 0.25))
                .setExperts(List.of(new ExpertScore("kneser-ney-5", 21.0, 11.3, 15.0, null)))
                .setSurprisals(List.of(1f, 2f, 3f, 4f, 5f, 5f))
                .setLearned(true)
                .setInputTopic("documents")
                .setInputPartition(3)
                .setInputOffset(4_000_000_000L)
                .build();
    }

    static Prediction prediction() {
        return Prediction.newBuilder()
                .setId("d1")
                .setSource("news")
                .setScoredAt(PUBLISHED)
                .setContext(List.of("opened", "their"))
                .setModels(
                        List.of(new ModelPrediction("mixture", List.of(new Candidate("books", 0.4, true)), 0.1, 0.5)))
                .setInputTopic("documents")
                .setInputPartition(3)
                .setInputOffset(9L)
                .build();
    }
}
