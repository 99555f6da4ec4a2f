package dev.driftline.generation;

import dev.driftline.ngram.NextWordDistribution.Words;
import dev.driftline.scoring.DocumentTokens;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Looks for the most probable sentences: keeps the best beginnings of each length, one word more at a time.
 *
 * <p>Where words must come, the beginnings are kept in groups by how many of those they have, so that one which has an
 * improbable word already is compared with its like (grid beam search, Hokamp and Liu 2017). Not thread-safe.
 */
public final class BeamSearch {

    /**
     * A sentence that was found.
     *
     * @param words its words, without the prompt and without {@code </s>}
     * @param bits −log2 p of the words after the prompt, of {@code </s>} too where it is finished
     * @param finished whether it ended with {@code </s>} rather than at the longest length allowed
     */
    public record Hypothesis(List<String> words, double bits, boolean finished) {

        /** Bits divided by the number of tokens to the power of {@code alpha}: what is compared, the lowest first. */
        public double cost(double alpha) {
            return bits / Math.pow(words.size() + (finished ? 1 : 0), alpha);
        }
    }

    private record Beginning(
            TextModel.State state, List<String> words, Map<String, Integer> counts, double bits, int met) {}

    private record Step(Beginning from, String word, double bits, int met) {}

    private static final double LN2 = Math.log(2);

    private final TextModel model;
    private final Constraints constraints;
    private final int width;
    private final double alpha;

    /**
     * @param width beginnings kept, 1 or more; 1 is greedy search
     * @param alpha how much a long sentence is let off its length: 0 compares whole probabilities, which favours short
     *     ones, 1 compares bits a token
     */
    public BeamSearch(TextModel model, Constraints constraints, int width, double alpha) {
        if (width < 1 || width > 1000) {
            throw new IllegalArgumentException("beam width " + width + " is not between 1 and 1000");
        }
        if (!(alpha >= 0 && alpha <= 2)) {
            throw new IllegalArgumentException("length normalisation " + alpha + " is not between 0 and 2");
        }
        this.model = model;
        this.constraints = constraints;
        this.width = width;
        this.alpha = alpha;
    }

    /**
     * The best sentences after {@code prompt}, best first; none if the constraints cannot be met within {@code most} words.
     *
     * @param prompt words, sentences ended by {@code </s>} and attributes that come before; may be empty
     * @param most words in a sentence, the prompt not counted
     */
    public List<Hypothesis> search(List<String> prompt, int most) {
        List<Hypothesis> found = new ArrayList<>();
        List<Beginning> beginnings =
                List.of(new Beginning(model.advance(model.start(), prompt), List.of(), Map.of(), 0, 0));
        for (int length = 0; length <= most && !beginnings.isEmpty(); length++) {
            Map<Integer, PriorityQueue<Step>> groups = new HashMap<>();
            for (Beginning beginning : beginnings) {
                extend(beginning, length == most, groups, found);
            }
            beginnings = length == most ? List.of() : keep(groups);
            if (isDone(found, beginnings, most)) {
                break;
            }
        }
        return found.stream()
                .sorted(Comparator.comparing(Hypothesis::finished, Comparator.reverseOrder())
                        .thenComparingDouble(hypothesis -> hypothesis.cost(alpha)))
                .limit(width)
                .toList();
    }

    private void extend(
            Beginning beginning, boolean full, Map<Integer, PriorityQueue<Step>> groups, List<Hypothesis> found) {
        Words next = model.next(beginning.state);
        String[] words = next.words();
        double[] p = next.probabilities();
        boolean complete = beginning.met == constraints.must().size();
        boolean ended = false;
        for (int i = 0; i < words.length; i++) {
            if (!(p[i] > 0)) {
                continue;
            }
            String word = words[i];
            double bits = beginning.bits - Math.log(p[i]) / LN2;
            if (word.equals(DocumentTokens.EOS_WORD)) {
                if (complete && !beginning.words.isEmpty()) {
                    found.add(new Hypothesis(beginning.words, bits, true));
                    ended = true;
                }
                continue;
            }
            if (full) {
                continue;
            }
            boolean wanted = constraints.must().contains(word) && !beginning.counts.containsKey(word);
            int met = beginning.met + (wanted ? 1 : 0);
            PriorityQueue<Step> group = groups.computeIfAbsent(
                    met, any -> new PriorityQueue<>(Comparator.comparingDouble((Step step) -> -step.bits)));
            boolean better = group.size() < width || bits < group.element().bits;
            if (better && constraints.allow(word, beginning.counts)) {
                group.add(new Step(beginning, word, bits, met));
                if (group.size() > width) {
                    group.poll();
                }
            }
        }
        if (full && complete && !ended) {
            found.add(new Hypothesis(beginning.words, beginning.bits, false));
        }
    }

    private List<Beginning> keep(Map<Integer, PriorityQueue<Step>> groups) {
        List<Beginning> kept = new ArrayList<>();
        groups.values()
                .forEach(group -> group.forEach(step -> {
                    List<String> words = new ArrayList<>(step.from.words);
                    words.add(step.word);
                    Map<String, Integer> counts = new LinkedHashMap<>(step.from.counts);
                    counts.merge(step.word, 1, Integer::sum);
                    kept.add(new Beginning(
                            model.advance(step.from.state, step.word),
                            List.copyOf(words),
                            counts,
                            step.bits,
                            step.met));
                }));
        return kept;
    }

    /** Whether no beginning can still become better than the worst of enough finished sentences. */
    private boolean isDone(List<Hypothesis> found, List<Beginning> beginnings, int most) {
        if (found.size() < width) {
            return false;
        }
        double worst = found.stream()
                .mapToDouble(hypothesis -> hypothesis.cost(alpha))
                .sorted()
                .skip(width - 1L)
                .findFirst()
                .orElseThrow();
        // The least that a beginning can cost: no more bits, spread over the longest sentence.
        double longest = Math.pow(most + 1.0, alpha);
        return beginnings.stream().allMatch(beginning -> beginning.bits / longest >= worst);
    }
}
