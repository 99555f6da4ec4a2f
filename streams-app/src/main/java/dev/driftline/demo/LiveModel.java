package dev.driftline.demo;

import dev.driftline.scoring.Candidates;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.Gather;
import dev.driftline.scoring.Scatter;
import dev.driftline.topology.LiveShards;
import dev.driftline.topology.TopologySettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Asks the counts of a running service, all of whose shards are in this process, what comes next. One thread. */
final class LiveModel {

    private static final int SAMPLED_FROM = 40;

    /** Below 1: likelier words more often. */
    private static final double TEMPERATURE = 0.8;

    private static final int LONGEST_SAMPLE = 30;
    private static final int BEGINNINGS = 3;
    private static final int WORDS_SHOWN = 6;
    private static final long SEED = 2026;

    private final LiveShards shards;
    private final TopologySettings settings;
    private final Scatter scatter;
    private final Gather gather;

    /** The model in {@code shards}. */
    LiveModel(LiveShards shards, TopologySettings settings) {
        this.shards = shards;
        this.settings = settings;
        this.scatter = new Scatter(settings.model(), settings.shards());
        this.gather = new Gather(settings.model(), settings.shards());
    }

    /** Sentences drawn from the model, the same ones every time. */
    List<String> samples(int most) {
        Random random = new Random(SEED);
        List<String> samples = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            List<String> words = new ArrayList<>();
            while (words.size() < LONGEST_SAMPLE) {
                String word = draw(next(words, SAMPLED_FROM), random);
                if (word.equals(DocumentTokens.EOS_WORD)) {
                    break;
                }
                words.add(word);
            }
            samples.add(String.join(" ", words));
        }
        return samples;
    }

    private static String draw(List<DemoService.Word> words, Random random) {
        double left = random.nextDouble()
                * words.stream().mapToDouble(LiveModel::weight).sum();
        for (DemoService.Word word : words) {
            left -= weight(word);
            if (left < 0) {
                return word.word();
            }
        }
        return DocumentTokens.EOS_WORD;
    }

    private static double weight(DemoService.Word word) {
        return Math.pow(word.probability(), 1 / TEMPERATURE);
    }

    /** What comes after each prompt, or after sentence beginnings that the model finds likely. */
    List<DemoService.NextWords> nextWords(List<List<String>> prompts) {
        List<List<String>> asked = new ArrayList<>(prompts);
        if (asked.isEmpty()) {
            for (String first : wordsOf(next(List.of(), SAMPLED_FROM), BEGINNINGS)) {
                for (String second : wordsOf(next(List.of(first), SAMPLED_FROM), 1)) {
                    asked.add(List.of(first, second));
                }
            }
        }
        return asked.stream()
                .map(prompt -> new DemoService.NextWords(String.join(" ", prompt), next(prompt, WORDS_SHOWN)))
                .toList();
    }

    private static List<String> wordsOf(List<DemoService.Word> candidates, int most) {
        return candidates.stream()
                .map(DemoService.Word::word)
                .filter(word -> word.codePoints().allMatch(Character::isLetter))
                .limit(most)
                .toList();
    }

    /** The {@code most} words that are the most probable after {@code sentence}, by the top order. */
    private List<DemoService.Word> next(List<String> sentence, int most) {
        DocumentTokens open = DocumentTokens.of(List.of(sentence));
        List<byte[]> replies = new ArrayList<>();
        ask(scatter.requests(0, 0, open, false, most, List.of()), replies);
        Gather.Gathered gathered = gather.gather(open, replies);
        Candidates candidates = gathered.candidates();
        int order = settings.model().order();
        return IntStream.range(0, candidates.words().size())
                .mapToObj(row -> new DemoService.Word(
                        candidates.words().get(row), candidates.probabilities().probability(row, order)))
                .sorted(Comparator.comparingDouble(DemoService.Word::probability)
                        .reversed())
                .limit(most)
                .toList();
    }

    private void ask(byte[][] requests, List<byte[]> replies) {
        for (int shard = 0; shard < requests.length; shard++) {
            byte[] request = requests[shard];
            if (request != null) {
                replies.add(shards.ask(shard, scorer -> scorer.peek(request))
                        .orElseThrow(() -> new IllegalStateException("a shard of the counts is not here")));
            }
        }
    }
}
