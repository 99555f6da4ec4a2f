package dev.driftline.demo;

import dev.driftline.schemas.ExpertScore;
import dev.driftline.schemas.Score;
import java.time.Instant;
import java.util.List;

/** Scores for tests. */
final class Scores {

    private Scores() {}

    static Score score(String id, String source, int tokens, double bits, long scoredAt) {
        return Score.newBuilder()
                .setId(id)
                .setSource(source)
                .setPublishedAt(Instant.ofEpochMilli(scoredAt))
                .setScoredAt(Instant.ofEpochMilli(scoredAt))
                .setSmoothing("kneser-ney")
                .setOrder(1)
                .setTokens(tokens)
                .setUnknownTokens(0)
                .setCharacters(5 * tokens)
                .setNgramBitsPerToken(2 * bits / tokens)
                .setNgramPerplexity(Math.pow(2, 2 * bits / tokens))
                .setMixtureBits(bits)
                .setMixtureBitsKnown(bits)
                .setMixtureBitsPerToken(bits / tokens)
                .setMixturePerplexity(Math.pow(2, bits / tokens))
                .setSpellingBits(0)
                .setBitsPerCharacter(bits / tokens / 5)
                .setExperts(List.of(
                        new ExpertScore("kneser-ney-1", 2 * bits, Math.pow(2, 2 * bits / tokens), 2 * bits, null)))
                .setLearned(true)
                .setInputTopic("documents")
                .setInputPartition(0)
                .setInputOffset(0)
                .build();
    }
}
