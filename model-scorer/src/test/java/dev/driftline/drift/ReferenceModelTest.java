package dev.driftline.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.scoring.DocumentTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReferenceModelTest {

    private static ReferenceModel frozen(int tokens) {
        ReferenceModel model = new ReferenceModel(tokens);
        for (int seed = 0; !model.isFrozen(); seed++) {
            model.learn(text(seed, "a", 300));
        }
        return model;
    }

    /** A document of words PREFIX0 to PREFIX99, the lower the more frequent, in sentences of ten. */
    private static DocumentTokens text(long seed, String prefix, int words) {
        Random random = new Random(seed);
        List<List<String>> sentences = new ArrayList<>();
        for (int i = 0; i < words; i += 10) {
            List<String> sentence = new ArrayList<>();
            for (int j = 0; j < 10; j++) {
                sentence.add(prefix + (int) (100 * random.nextDouble() * random.nextDouble()));
            }
            sentences.add(sentence);
        }
        return DocumentTokens.of(sentences);
    }

    @Test
    void shouldSumToOneAfterAnyWord() {
        ReferenceModel model = frozen(2_000);
        for (String before : List.of("a0", "a57", "</s>", "never-seen")) {
            double sum = 0;
            for (int word = 0; word < ReferenceModel.WORDS; word++) {
                sum += model.probability(ReferenceModel.hash(before), word);
            }
            assertThat(sum).as(before).isCloseTo(1, within(1e-9));
        }
    }

    @Test
    void shouldCostWhatItsProbabilitiesSay() {
        ReferenceModel model = frozen(2_000);
        double expected = 0;
        String before = "</s>";
        for (String word : List.of("a0", "a1", "strange", "</s>")) {
            expected -=
                    Math.log(model.probability(ReferenceModel.hash(before), ReferenceModel.hash(word))) / Math.log(2);
            before = word;
        }

        assertThat((double) model.bits(DocumentTokens.of(List.of(List.of("a0", "a1", "strange")))))
                .isCloseTo(expected, within(1e-4));
    }

    @Test
    void shouldSayNothingBeforeItIsFrozenAndLearnNothingAfter() {
        ReferenceModel model = new ReferenceModel(500);
        model.learn(text(1, "a", 300));
        assertThat(model.bits(text(2, "a", 100))).isNaN();
        model.learn(text(2, "a", 300));
        assertThat(model.isFrozen()).isTrue();
        float before = model.bits(text(3, "b", 100));
        model.markStored();

        model.learn(text(3, "b", 300));

        assertThat(model.bits(text(3, "b", 100))).isEqualTo(before);
        assertThat(model.isDirty()).isFalse();
    }

    @Test
    void shouldCostMoreInAnotherLanguageAndInAnotherOrderOfWords() {
        ReferenceModel model = new ReferenceModel(2_000);
        List<String> sentence = List.of("the", "jury", "said", "that", "it", "had", "no", "objection", "at", "all");
        DocumentTokens document = DocumentTokens.of(List.of(sentence));
        while (!model.isFrozen()) {
            model.learn(document);
        }
        List<String> backwards = new ArrayList<>(sentence);
        java.util.Collections.reverse(backwards);
        List<String> german =
                List.of("die", "Jury", "sagte", "sie", "habe", "gar", "nichts", "dagegen", "einzuwenden", "gehabt");

        float usual = model.bits(document);
        assertThat(model.bits(DocumentTokens.of(List.of(backwards)))).isGreaterThan(2 * usual);
        assertThat(model.bits(DocumentTokens.of(List.of(german)))).isGreaterThan(10 * usual);
    }

    @Test
    void shouldCostTheSameFromWhatWasStored() {
        ReferenceModel model = new ReferenceModel(1_000);
        model.learn(text(1, "a", 300));
        ReferenceModel stored = ReferenceModel.decode(1_000, model.encode());
        for (int seed = 2; seed < 6; seed++) {
            model.learn(text(seed, "a", 300));
            stored.learn(text(seed, "a", 300));
        }

        assertThat(stored.encode()).isEqualTo(model.encode());
        assertThat(ReferenceModel.decode(1_000, stored.encode()).bits(text(9, "a", 200)))
                .isEqualTo(model.bits(text(9, "a", 200)));
    }
}
