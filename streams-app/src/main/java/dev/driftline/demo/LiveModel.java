package dev.driftline.demo;

import dev.driftline.generation.Constraints;
import dev.driftline.generation.Sampling;
import dev.driftline.generation.TextGenerator;
import dev.driftline.generation.TextGenerator.WordProbability;
import dev.driftline.generation.TextModel;
import dev.driftline.serving.query.CountQueries;
import dev.driftline.serving.query.LocalShards;
import dev.driftline.shards.LiveShards;
import dev.driftline.topology.TopologySettings;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** What the demo asks of the model at its end: made-up sentences, and what comes next after a few beginnings. */
final class LiveModel {

    /** From the 40 likeliest words, likelier ones more often than the model has them. */
    private static final Sampling SAMPLING = new Sampling(0.8, 40, 1);

    private static final int LONGEST_SAMPLE = 30;
    private static final int BEGINNINGS = 3;
    private static final int WORDS_SHOWN = 6;
    private static final long SEED = 2026;

    private final CountQueries questions;

    /** The model in {@code shards}, all of which are in this process. */
    LiveModel(LiveShards shards, TopologySettings settings) {
        questions = new CountQueries(settings.model(), settings.shards(), new LocalShards(shards));
    }

    /** Sentences drawn from the counts, the same ones every time. */
    List<String> samples(int most) {
        return samples(questions.text(0), most);
    }

    /** Sentences drawn from {@code model}. */
    static List<String> samples(TextModel model, int most) {
        TextGenerator generator = new TextGenerator(model, SAMPLING, Constraints.NONE, SEED);
        return IntStream.range(0, most)
                .mapToObj(i -> String.join(" ", generator.sentence(List.of(), LONGEST_SAMPLE)))
                .toList();
    }

    /** What comes after each prompt, or after sentence beginnings that the model finds likely. */
    List<DemoService.NextWords> nextWords(List<List<String>> prompts) {
        List<List<String>> asked = new ArrayList<>(prompts);
        if (asked.isEmpty()) {
            for (String first : likeliestWords(List.of(), BEGINNINGS)) {
                for (String second : likeliestWords(List.of(first), 1)) {
                    asked.add(List.of(first, second));
                }
            }
        }
        return asked.stream()
                .map(prompt -> new DemoService.NextWords(
                        String.join(" ", prompt),
                        questions.next(prompt, WORDS_SHOWN).stream()
                                .map(word -> new DemoService.Word(word.word(), word.probability()))
                                .toList()))
                .toList();
    }

    /** Without punctuation and the end of the sentence, which make no beginning. */
    private List<String> likeliestWords(List<String> sentence, int most) {
        return questions.next(sentence, CountQueries.DRAWN_FROM).stream()
                .map(WordProbability::word)
                .filter(word -> word.codePoints().allMatch(Character::isLetter))
                .limit(most)
                .toList();
    }
}
