package dev.driftline.serving;

import static dev.driftline.serving.Parameters.fields;
import static dev.driftline.serving.Parameters.real;
import static dev.driftline.serving.Parameters.whole;
import static dev.driftline.serving.Parameters.words;

import dev.driftline.generation.Constraints;
import dev.driftline.generation.Sampling;
import dev.driftline.generation.TextRequest;
import dev.driftline.neural.Pooling;
import dev.driftline.scoring.DocumentTokens;
import io.javalin.config.RoutesConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Questions to the model.
 *
 * <pre>
 * GET /v1/counts?ngram=students+opened+their         raw count, whichever instance has it
 * GET /v1/next?context=students+opened+their&amp;k=10    the most probable next words
 * GET /v1/generate?prompt=…&amp;sentences=3              text written by the model: drawn, or found by beam search
 * GET /v1/encode?text=…&amp;pooling=mean                 a document's vector
 * </pre>
 *
 * <p>{@code model=ngram|network|mixture} says which model is asked for words and text; {@code </s>} in a text ends a
 * sentence.
 */
final class QuestionRoutes implements RouteGroup {

    private static final int MOST_WORDS = 1000;
    private static final int MOST_BEAM = 100;

    private final ModelQuestions questions;
    private final NetworkQuestions network;
    private final TextQuestions texts;

    QuestionRoutes(ModelQuestions questions, NetworkQuestions network, TextQuestions texts) {
        this.questions = questions;
        this.network = network;
        this.texts = texts;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/v1/counts", this::counts);
        routes.get("/v1/next", this::next);
        routes.get("/v1/generate", this::generate);
        routes.get("/v1/encode", this::encode);
    }

    private void counts(Context context) {
        List<String> ngram = words(context, "ngram");
        context.json(fields("ngram", ngram, "count", questions.rawCount(ngram)));
    }

    private void next(Context context) {
        List<String> words = words(context, "context");
        int k = whole(context, "k", 10, 1, MOST_WORDS);
        context.json(fields(
                "context", words, "next", texts.next(context.queryParam("model"), networkWeight(context), words, k)));
    }

    private void generate(Context context) {
        int sentences = whole(context, "sentences", 1, 1, 100);
        int beam = whole(context, "beam", 0, 0, MOST_BEAM);
        TextRequest request = new TextRequest(
                words(context, "prompt"),
                sentences,
                whole(context, "words", 50, 1, MOST_WORDS),
                new Sampling(
                        real(context, "temperature", 1),
                        whole(context, "top_k", 0, 0, MOST_WORDS),
                        real(context, "top_p", 1)),
                new Constraints(
                        words(context, "must"),
                        Set.copyOf(words(context, "must_not")),
                        whole(context, "max_repeats", 0, 0, MOST_WORDS)),
                beam == 0 ? 0 : Math.max(beam, sentences),
                real(context, "length_normalisation", TextRequest.LENGTH_NORMALISATION),
                whole(context, "seed", 1, Integer.MIN_VALUE, Integer.MAX_VALUE));
        List<TextRequest.Continuation> written =
                texts.write(context.queryParam("model"), networkWeight(context), request);
        Map<String, Object> answer = fields(
                "prompt",
                request.prompt(),
                "sentences",
                written.stream().map(TextRequest.Continuation::words).toList());
        if (beam > 0) {
            answer.put(
                    "bits", written.stream().map(TextRequest.Continuation::bits).toList());
        }
        context.json(answer);
    }

    private void encode(Context context) {
        Pooling pooling = Pooling.named(context.queryParam("pooling"));
        List<List<String>> sentences = new ArrayList<>();
        List<String> sentence = new ArrayList<>();
        for (String word : words(context, "text")) {
            if (word.equals(DocumentTokens.EOS_WORD)) {
                sentences.add(List.copyOf(sentence));
                sentence.clear();
            } else {
                sentence.add(word);
            }
        }
        if (!sentence.isEmpty()) {
            sentences.add(sentence);
        }
        if (sentences.isEmpty()) {
            throw new BadRequestResponse("text is missing: what is to be encoded, its words separated by spaces");
        }
        NetworkQuestions.Encoded encoded = network.encode(sentences, pooling);
        context.json(fields(
                "snapshot_version",
                encoded.snapshot(),
                "pooling",
                pooling.name().toLowerCase(Locale.ROOT),
                "vector",
                encoded.vector()));
    }

    private static Optional<Double> networkWeight(Context context) {
        return context.queryParam("network_weight") == null
                ? Optional.empty()
                : Optional.of(real(context, "network_weight", 0));
    }
}
