package dev.driftline.serving.query;

import dev.driftline.backoff.BackoffModel;
import dev.driftline.generation.BackoffText;
import dev.driftline.generation.TextGenerator;
import dev.driftline.mixture.PredictedWord;
import dev.driftline.neural.Pooling;
import java.util.ArrayList;
import java.util.List;

/** Asks a frozen backoff model that stands alone, without counts and without a network. Thread-safe. */
public final class BackoffQueries implements ModelQueries {

    /** The name of such a model in answers. */
    public static final String NAME = "arpa";

    private final BackoffModel model;

    public BackoffQueries(BackoffModel model) {
        this.model = model;
    }

    @Override
    public long count(List<String> ngram) {
        throw new IllegalArgumentException(
                "an ARPA file has probabilities and no counts: for what may follow words ask driftline generate --next, for"
                        + " counts name a model that learns, with --state or --instance");
    }

    @Override
    public NextWordsAnswer next(NextWordsQuery query) {
        check(query.choice());
        if (!query.prefix().isEmpty()) {
            return completed(query);
        }
        BackoffModel.Next next = model.next(state(query.openSentence()), query.k());
        List<PredictedWord> words = new ArrayList<>(next.words().length);
        for (int i = 0; i < next.words().length; i++) {
            words.add(new PredictedWord(model.word(next.words()[i]), next.probabilities()[i]));
        }
        return new NextWordsAnswer(NAME, words, next.unknown(), next.rest());
    }

    private NextWordsAnswer completed(NextWordsQuery query) {
        List<PredictedWord> words = new ArrayList<>();
        double listed = 0;
        for (TextGenerator.WordProbability word :
                TextGenerator.best(new BackoffText(model), query.openSentence(), query.prefix(), query.k())) {
            words.add(new PredictedWord(word.word(), word.probability()));
            listed += word.probability();
        }
        double unknown = Math.pow(10, model.log10(state(query.openSentence()), BackoffModel.UNKNOWN));
        return new NextWordsAnswer(NAME, words, unknown, Math.max(0, 1 - listed - unknown));
    }

    private int state(List<String> words) {
        int state = model.start();
        for (String word : words) {
            state = model.advance(state, model.index(word));
        }
        return state;
    }

    @Override
    public TextAnswer generate(TextQuery query) {
        check(query.choice());
        return new TextAnswer(
                NAME + ", every word", query.request().write(new WatchedText(new BackoffText(model), () -> true)));
    }

    @Override
    public EncodedDocument encode(List<List<String>> sentences, Pooling pooling) {
        throw new IllegalArgumentException("an ARPA file has no network: name a snapshot with --snapshot DIR");
    }

    private static void check(ModelChoice choice) {
        if (choice.networkWeight().isPresent()) {
            throw new IllegalArgumentException("network_weight has no effect on an ARPA file, which has no network");
        }
        choice.name()
                .filter(name -> !List.of(NAME, ModelChoice.NGRAM).contains(name))
                .ifPresent(name -> {
                    throw new IllegalArgumentException(
                            "model=" + name + " is not there: an ARPA file is the whole model, " + NAME);
                });
    }
}
