package dev.driftline.generation;

import java.util.concurrent.ThreadLocalRandom;

/** A seed for who gives none. Whoever draws one says which, so that the text can be had again. */
public final class FreshSeed {

    private FreshSeed() {}

    /** From 1 to 2<sup>31</sup> − 1: short enough to type, and exact in every JSON reader. */
    public static int draw() {
        return ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    }
}
