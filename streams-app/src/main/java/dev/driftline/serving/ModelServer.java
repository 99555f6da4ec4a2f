package dev.driftline.serving;

import dev.driftline.generation.Constraints;
import dev.driftline.generation.Sampling;
import dev.driftline.generation.TextRequest;
import dev.driftline.neural.Pooling;
import dev.driftline.neural.online.Round;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.topology.DriftlineService;
import dev.driftline.topology.TopologySettings;
import dev.driftline.training.TrainerProgress;
import io.javalin.Javalin;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The HTTP endpoint of an instance.
 *
 * <pre>
 * GET  /v1/status                                   what this instance is doing
 * GET  /v1/counts?ngram=students+opened+their       raw count, whichever instance has it
 * GET  /v1/next?context=students+opened+their&amp;k=10  the most probable next words
 * GET  /v1/generate?prompt=…&amp;sentences=3            text written by the model: drawn, or found by beam search
 * GET  /v1/encode?text=…&amp;pooling=mean               a document's vector
 * POST /v1/shards/N, GET /v1/shards/N/count         between instances
 * </pre>
 *
 * <p>{@code model=ngram|network|mixture} says which model is asked for words and text; {@code </s>} in a text ends a
 * sentence.
 *
 * <p>Answers 503 with {@code Retry-After} while a shard that is needed is nowhere, and never from half of the model.
 */
public final class ModelServer implements AutoCloseable {

    private static final int MOST_WORDS = 1000;
    private static final int MOST_BEAM = 100;
    private static final int RETRY_SECONDS = 2;

    private final Javalin http;
    private final String host;

    private ModelServer(Javalin http, String host) {
        this.http = http;
        this.host = host;
    }

    /**
     * Starts listening. Questions are answered once {@code service} has started.
     *
     * @throws io.javalin.util.JavalinBindException if the port is taken
     */
    public static ModelServer start(String host, int port, DriftlineService service, TopologySettings settings) {
        ServiceShards shards = new ServiceShards(service);
        ModelQuestions questions = new ModelQuestions(settings.model(), settings.shards(), shards);
        NetworkQuestions network = new NetworkQuestions(service.activeSnapshot());
        TextQuestions texts = new TextQuestions(questions, network, service.progress());
        Javalin http = Javalin.create(config -> {
                    config.startup.showJavalinBanner = false;
                    config.routes.get("/v1/status", context -> context.json(status(service)));
                    config.routes.get("/v1/counts", context -> {
                        List<String> ngram = words(context, "ngram");
                        context.json(fields("ngram", ngram, "count", questions.rawCount(ngram)));
                    });
                    config.routes.get("/v1/next", context -> {
                        List<String> words = words(context, "context");
                        int k = whole(context, "k", 10, 1, MOST_WORDS);
                        context.json(fields(
                                "context",
                                words,
                                "next",
                                texts.next(context.queryParam("model"), networkWeight(context), words, k)));
                    });
                    config.routes.get("/v1/generate", context -> generate(context, texts));
                    config.routes.get("/v1/encode", context -> encode(context, network));
                    config.routes.post(
                            "/v1/shards/{shard}",
                            context -> context.result(service.shards()
                                    .ask(shard(context, settings), scorer -> scorer.peek(context.bodyAsBytes()))
                                    .orElseThrow(() -> notHere(context))));
                    config.routes.get(
                            "/v1/shards/{shard}/count",
                            context -> context.result(Long.toString(service.shards()
                                    .ask(shard(context, settings), scorer -> scorer.rawCount(words(context, "ngram")))
                                    .orElseThrow(() -> notHere(context)))));
                    config.routes.exception(
                            ShardUnavailableException.class,
                            (e, context) -> context.status(503)
                                    .header("Retry-After", Integer.toString(RETRY_SECONDS))
                                    .json(fields("status", 503, "detail", e.getMessage())));
                    config.routes.exception(
                            SnapshotUnavailableException.class,
                            (e, context) -> context.status(503)
                                    .header("Retry-After", Integer.toString(RETRY_SECONDS))
                                    .json(fields("status", 503, "detail", e.getMessage())));
                    config.routes.exception(
                            IllegalArgumentException.class,
                            (e, context) -> context.status(400).json(fields("status", 400, "detail", e.getMessage())));
                })
                .start(host, port);
        return new ModelServer(http, host);
    }

    /** The port it listens on. */
    public int port() {
        return http.port();
    }

    /** Where it answers. */
    public String address() {
        return "http://" + host + ":" + http.port();
    }

    @Override
    public void close() {
        http.stop();
    }

    private static Map<String, Object> status(DriftlineService service) {
        Map<String, Object> status = fields(
                "state",
                service.state().map(Enum::name).orElse("NOT_STARTED"),
                "shards",
                service.shards().numbers(),
                "pending_documents",
                service.progress().pendingByPartition(),
                "documents_scored",
                service.progress().documentsScored(),
                "tokens_scored",
                service.progress().tokensScored());
        service.snapshots().ifPresent(snapshots -> {
            status.put(
                    "snapshot",
                    service.activeSnapshot().get().map(Snapshot::version).orElse(null));
            status.put("trainer", trainer(service.trainerProgress()));
        });
        return status;
    }

    private static Map<String, Object> trainer(TrainerProgress trainer) {
        return fields(
                "activity",
                trainer.activity().name(),
                "buffered_tokens",
                trainer.bufferedTokens(),
                "tokens_taught",
                trainer.tokensTaught(),
                "rounds",
                trainer.rounds(),
                "promotions",
                trainer.promotions(),
                "rejections",
                trainer.rejections(),
                "rollbacks",
                trainer.rollbacks(),
                "failures",
                trainer.failures(),
                "last_round",
                trainer.lastRound().map(Round::describe).orElse(null));
    }

    private static void generate(Context context, TextQuestions texts) {
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

    private static void encode(Context context, NetworkQuestions network) {
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

    private static int shard(Context context, TopologySettings settings) {
        int shard = context.pathParamAsClass("shard", Integer.class).get();
        if (shard < 0 || shard >= settings.shards()) {
            throw new BadRequestResponse("shard " + shard + " is not between 0 and " + (settings.shards() - 1));
        }
        return shard;
    }

    private static ShardUnavailableException notHere(Context context) {
        return new ShardUnavailableException("shard " + context.pathParam("shard") + " is not on this instance");
    }

    private static List<String> words(Context context, String parameter) {
        String text = context.queryParam(parameter);
        return text == null || text.isBlank()
                ? List.of()
                : Arrays.asList(text.strip().split("\\s+"));
    }

    private static int whole(Context context, String parameter, int otherwise, int least, int most) {
        String text = context.queryParam(parameter);
        if (text == null) {
            return otherwise;
        }
        try {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below, like a number out of range.
        }
        throw new BadRequestResponse(parameter + "=" + text + " is not a whole number from " + least + " to " + most);
    }

    private static double real(Context context, String parameter, double otherwise) {
        String text = context.queryParam(parameter);
        try {
            return text == null ? otherwise : Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new BadRequestResponse(parameter + "=" + text + " is not a number");
        }
    }

    private static Map<String, Object> fields(Object... namesAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return fields;
    }
}
