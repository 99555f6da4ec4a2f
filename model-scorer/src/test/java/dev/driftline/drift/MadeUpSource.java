package dev.driftline.drift;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Observations of documents of about 500 tokens whose bits a token vary by half a bit around a level. */
final class MadeUpSource {

    private final Random random;
    private long offset;

    MadeUpSource(long seed) {
        random = new Random(seed);
    }

    Observation next(double level) {
        return next(level, level);
    }

    Observation next(double live, double reference) {
        double noise = 0.5 * random.nextGaussian();
        int tokens = (int) Math.max(50, 500 * Math.exp(0.4 * random.nextGaussian()));
        List<SurprisingWord> words = new ArrayList<>();
        for (int i = 0; i < SurprisingWord.MOST; i++) {
            words.add(new SurprisingWord("word" + random.nextInt(500), 1 + random.nextInt(3), 10 + random.nextFloat()));
        }
        return new Observation(
                "source",
                "document-" + offset,
                false,
                random.nextInt(4),
                offset++,
                1_700_000_000_000L + 1000 * offset,
                tokens,
                tokens / 20,
                (float) (tokens * (live + noise)),
                (float) (tokens * (reference + noise)),
                words);
    }
}
