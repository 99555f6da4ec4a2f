package dev.driftline.generation;

import dev.driftline.ngram.NextWordDistribution.Words;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Text from several models at once: the sum of what each says, weighted. A word that a model leaves out has 0 from it. */
public final class MixtureText implements TextModel {

    private record Each(List<State> states) implements State {}

    /** Where the words of one model's last answer are among all words seen so far. */
    private static final class Places {
        private String[] words = {};
        private int[] places = {};
    }

    private final List<TextModel> models;
    private final double[] weights;
    private final List<Places> places = new ArrayList<>();
    private final Map<String, Integer> indexes = new HashMap<>();
    private final List<String> known = new ArrayList<>();
    private String[] words = {};

    /**
     * @param weights one a model, none below 0, not all 0; normalised to sum to 1
     */
    public MixtureText(List<? extends TextModel> models, double... weights) {
        double total = Arrays.stream(weights).sum();
        if (models.isEmpty() || models.size() != weights.length || !(total > 0)) {
            throw new IllegalArgumentException(models.size() + " models with weights " + Arrays.toString(weights)
                    + ": each model needs one weight, and their sum must be positive");
        }
        for (double weight : weights) {
            if (!(weight >= 0)) {
                throw new IllegalArgumentException("weight " + weight + " is negative");
            }
        }
        this.models = List.copyOf(models);
        this.weights = Arrays.stream(weights).map(weight -> weight / total).toArray();
        models.forEach(model -> places.add(new Places()));
    }

    @Override
    public State start() {
        return new Each(models.stream().map(TextModel::start).toList());
    }

    @Override
    public State advance(State state, String word) {
        List<State> states = new ArrayList<>(models.size());
        for (int i = 0; i < models.size(); i++) {
            states.add(models.get(i).advance(((Each) state).states.get(i), word));
        }
        return new Each(states);
    }

    @Override
    public Words next(State state) {
        Words[] parts = new Words[models.size()];
        int[][] at = new int[models.size()][];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = models.get(i).next(((Each) state).states.get(i));
            at[i] = placesOf(parts[i].words(), places.get(i));
        }
        if (words.length != known.size()) {
            words = known.toArray(String[]::new);
        }
        double[] mixed = new double[words.length];
        for (int i = 0; i < parts.length; i++) {
            double[] p = parts[i].probabilities();
            for (int j = 0; j < p.length; j++) {
                mixed[at[i][j]] += weights[i] * p[j];
            }
        }
        return new Words(words, mixed);
    }

    /** A model that always lists the same words hands out the same array: its places are then looked up once. */
    private int[] placesOf(String[] listed, Places last) {
        if (last.words != listed) {
            int[] found = new int[listed.length];
            for (int i = 0; i < listed.length; i++) {
                found[i] = indexes.computeIfAbsent(listed[i], word -> {
                    known.add(word);
                    return known.size() - 1;
                });
            }
            last.places = found;
            last.words = listed;
        }
        return last.places;
    }
}
