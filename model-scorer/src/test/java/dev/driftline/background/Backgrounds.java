package dev.driftline.background;

import dev.driftline.backoff.BackoffBuilder;
import dev.driftline.backoff.BackoffModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Small frozen models that sum to 1. */
public final class Backgrounds {

    private Backgrounds() {}

    /** A model of bigrams over {@code words}. */
    public static Background of(List<String> words, long seed) {
        Random random = new Random(seed);
        List<String> events = new ArrayList<>(words);
        events.add("</s>");
        events.add("<unk>");
        double[] unigrams = distribution(random, events.size());
        List<String> contexts = new ArrayList<>(words.subList(0, words.size() / 2));
        contexts.add("<s>");
        List<List<Integer>> after = new ArrayList<>();
        List<double[]> pairs = new ArrayList<>();
        double[] backoffs = new double[contexts.size()];
        for (int context = 0; context < contexts.size(); context++) {
            List<Integer> listed = new ArrayList<>();
            for (int event = 0; event < events.size() - 1; event++) {
                if (random.nextInt(3) == 0) {
                    listed.add(event);
                }
            }
            double[] p = distribution(random, listed.size() + 1);
            double seen = 0;
            for (int event : listed) {
                seen += unigrams[event];
            }
            after.add(listed);
            pairs.add(p);
            backoffs[context] = p[listed.size()] / (1 - seen);
        }
        BackoffBuilder builder = BackoffModel.builder(2);
        builder.add(-99, Math.log10(backoffs[contexts.size() - 1]), "<s>");
        for (int event = 0; event < events.size(); event++) {
            int context = contexts.indexOf(events.get(event));
            builder.add(
                    Math.log10(unigrams[event]), context < 0 ? 0 : Math.log10(backoffs[context]), events.get(event));
        }
        for (int context = 0; context < contexts.size(); context++) {
            for (int i = 0; i < after.get(context).size(); i++) {
                builder.add(
                        Math.log10(pairs.get(context)[i]),
                        0,
                        contexts.get(context),
                        events.get(after.get(context).get(i)));
            }
        }
        return new Background(builder.build());
    }

    private static double[] distribution(Random random, int events) {
        double[] p = random.doubles(events, 0.1, 1).toArray();
        double sum = 0;
        for (double each : p) {
            sum += each;
        }
        for (int i = 0; i < events; i++) {
            p[i] /= sum;
        }
        return p;
    }
}
