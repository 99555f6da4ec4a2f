package dev.driftline.demo;

import dev.driftline.generation.Constraints;
import dev.driftline.generation.Sampling;
import dev.driftline.generation.TextRequest;
import dev.driftline.mixture.PredictedWord;
import dev.driftline.service.DriftlineService;
import dev.driftline.serving.query.DirectQueries;
import dev.driftline.serving.query.ModelChoice;
import dev.driftline.serving.query.ModelParts;
import dev.driftline.serving.query.NextWordsQuery;
import dev.driftline.serving.query.TextQuery;
import dev.driftline.serving.query.instances.LocalShards;
import dev.driftline.text.Tokenizers;
import dev.driftline.topology.TopologySettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the demo asks of the model at its end: made-up sentences, and what comes next after a few beginnings. */
final class LiveModel {

    /** From the 40 likeliest words, likelier ones more often than the model has them. */
    private static final Sampling SAMPLING = new Sampling(0.8, 40, 1);

    private static final int LONGEST_SAMPLE = 30;
    private static final int BEGINNINGS = 3;
    private static final int WORDS_SHOWN = 6;
    private static final long SEED = 2026;

    /** Beginnings are made of the likeliest of these words, without punctuation. */
    private static final int WORDS_LOOKED_AT = 100;

    private final DirectQueries queries;
    private final String tokenizer;

    /** The model of a service all of which is in this process. */
    LiveModel(DriftlineService service, TopologySettings settings) {
        tokenizer = settings.tokenizer();
        queries = DirectQueries.of(new ModelParts(
                settings.model(),
                settings.mixture(),
                settings.shards(),
                new LocalShards(service.shards(), service.sources()),
                service.activeSnapshot()::get,
                service::foreignRows));
    }

    /** Sentences drawn from a model, the same ones every time. */
    List<String> samples(ModelChoice choice, int most) {
        TextRequest request = new TextRequest(
                List.of(), most, LONGEST_SAMPLE, SAMPLING, Constraints.NONE, 0, TextRequest.LENGTH_NORMALISATION, SEED);
        return queries.generate(new TextQuery(request, choice, Optional.empty())).continuations().stream()
                .map(sentence -> joined(List.of(sentence.words())))
                .toList();
    }

    private String joined(List<List<String>> sentences) {
        return Tokenizers.joining(tokenizer).read(sentences);
    }

    /** What comes after each prompt, or after sentence beginnings that the model finds likely. */
    List<DemoService.NextWords> nextWords(List<String> prompts) {
        List<List<List<String>>> asked = new ArrayList<>();
        prompts.forEach(prompt -> asked.add(Tokenizers.named(tokenizer).openSentences(prompt, "")));
        if (asked.isEmpty()) {
            for (String first : likeliestWords(List.of(), BEGINNINGS)) {
                for (String second : likeliestWords(List.of(first), 1)) {
                    asked.add(List.of(List.of(first, second)));
                }
            }
        }
        return asked.stream()
                .map(prompt -> new DemoService.NextWords(
                        joined(prompt),
                        next(prompt, WORDS_SHOWN).stream()
                                .map(word -> new DemoService.Word(word.word(), word.probability()))
                                .toList()))
                .toList();
    }

    /** Without punctuation and the end of the sentence, which make no beginning. */
    private List<String> likeliestWords(List<String> sentence, int most) {
        return next(List.of(sentence), WORDS_LOOKED_AT).stream()
                .map(PredictedWord::word)
                .filter(word -> word.codePoints().allMatch(Character::isLetter))
                .limit(most)
                .toList();
    }

    /** By the counts: a source without documents has empty caches, in which the mixture finds but the words of the prompt. */
    private List<PredictedWord> next(List<List<String>> sentences, int k) {
        return queries.next(new NextWordsQuery(sentences, ModelChoice.of(ModelChoice.NGRAM), Optional.empty(), k))
                .words();
    }
}
