package dev.driftline.live;

import dev.driftline.schemas.Headline;
import dev.driftline.schemas.Score;

/**
 * What a document cost, in bits with unknown words spelled out, as far as a series keeps it.
 *
 * @param at when it was scored, milliseconds since 1970; not in the future, as it would be by a clock that is wrong
 * @param tokens its tokens, {@code </s>} included; at least 1
 * @param unknownTokens those that were unknown
 * @param mixtureBits bits of the document under the mixture
 * @param ngramBits under the n-gram model of the top order
 * @param networkBits under the network; not a number where that took no part
 * @param classBits under the mixture with {@code <unk>} as a class
 */
record DocumentCost(
        long at,
        int tokens,
        int unknownTokens,
        double mixtureBits,
        double ngramBits,
        double networkBits,
        double classBits) {

    static DocumentCost of(Score score) {
        int tokens = Math.max(1, score.getTokens());
        double letters = Headline.letterBits(score);
        return new DocumentCost(
                within(score.getScoredAt().toEpochMilli(), System.currentTimeMillis()),
                tokens,
                score.getUnknownTokens(),
                score.getMixtureBits() + letters,
                score.getNgramBitsPerToken() * tokens + letters,
                score.getNeuralBitsPerToken() == null ? Double.NaN : score.getNeuralBitsPerToken() * tokens + letters,
                score.getMixtureBits());
    }

    /** Anyone may write to the topic of scores: one point of the year 3000 would press all others into a line. */
    private static long within(long at, long now) {
        return at < 0 || at > now ? now : at;
    }
}
