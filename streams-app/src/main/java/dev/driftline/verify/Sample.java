package dev.driftline.verify;

import dev.driftline.codec.SplitMix64;
import dev.driftline.ngram.NgramCounts;
import dev.driftline.verify.order.Place;
import java.nio.charset.StandardCharsets;

/** Chooses a share of words and documents by a hash, so that every run chooses the same. */
record Sample(double share) {

    boolean has(String word) {
        if (share >= 1) {
            return true;
        }
        byte[] utf8 = word.getBytes(StandardCharsets.UTF_8);
        return isBelow(NgramCounts.hash(utf8, 0, utf8.length));
    }

    boolean has(Place document) {
        return share >= 1 || isBelow(document.hashCode() + document.offset() * SplitMix64.GOLDEN);
    }

    private boolean isBelow(long hash) {
        return (SplitMix64.mix(hash) >>> 11) * 0x1p-53 < share;
    }
}
