package dev.driftline.serving.routes;

import static dev.driftline.serving.http.request.JsonFields.fields;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.generation.TextGenerator;
import dev.driftline.generation.TextModel;
import dev.driftline.generation.TextRequest;
import dev.driftline.serving.http.EventStream;
import dev.driftline.serving.http.ProblemResponses;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.query.DrawnText;
import dev.driftline.serving.query.WatchedText;
import dev.driftline.text.Detokenizer;
import io.javalin.http.Context;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Text as server-sent events: an event a word, then {@code done} with what it was drawn from and the seed, or {@code error} with a problem.
 * Stops writing when the client goes away.
 */
final class TextStream {

    private static final Logger LOG = LoggerFactory.getLogger(TextStream.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final TextRequest request;
    private final DrawnText text;
    private final Detokenizer joining;
    private final ProblemResponses problems;

    /** @param joining what puts the words together after the prompt; not changed */
    TextStream(TextRequest request, DrawnText text, Detokenizer joining, ProblemResponses problems) {
        this.request = request;
        this.text = text;
        this.joining = joining;
        this.problems = problems;
    }

    /**
     * Answers a request with the text, which a thread of {@code pool} writes.
     *
     * @throws dev.driftline.serving.http.ProblemException if too many requests are waiting already
     */
    void answer(Context context, RequestPool pool) {
        if (EventStream.answeredHead(context)) {
            return;
        }
        CompletableFuture<EventStream> opened = new CompletableFuture<>();
        // First, so that a request too many is still refused with its status.
        CompletableFuture<Boolean> writing = pool.submit(() -> write(opened.get()));
        EventStream.open(context, stream -> {
            opened.complete(stream);
            writing.whenComplete((done, failure) -> end(stream, failure));
        });
    }

    private boolean write(EventStream stream) {
        if (request.beam() > 0) {
            // Nothing is sent while it searches, so a ping for each word that it looks at notices that the client has
            // gone.
            int sentence = 0;
            for (TextRequest.Continuation found : request.write(new WatchedText(text.model(), stream::ping))) {
                Detokenizer joined = joining.copy();
                for (String word : found.words()) {
                    send(stream, word, joined, sentence);
                }
                sentence++;
            }
            return true;
        }
        TextModel model = request.beginning(new WatchedText(text.model(), () -> !stream.isOver()));
        TextGenerator generator = new TextGenerator(model, request.sampling(), request.constraints(), request.seed());
        for (int i = 0; i < request.sentences(); i++) {
            int sentence = i;
            Detokenizer joined = joining.copy();
            generator.sentence(request.prompt(), request.words(), word -> send(stream, word, joined, sentence));
            if (stream.isOver()) {
                throw new CancellationException("the client has gone");
            }
        }
        return true;
    }

    private static boolean send(EventStream stream, String word, Detokenizer joined, int sentence) {
        return stream.send("", line(fields("word", word, "text", joined.next(word), "sentence", sentence)));
    }

    private void end(EventStream stream, @Nullable Throwable failed) {
        Throwable failure = failed instanceof CompletionException wrapped ? wrapped.getCause() : failed;
        if (failure == null) {
            Map<String, Object> done = fields("drawn_from", text.drawnFrom());
            if (request.isDrawn()) {
                done.put("seed", request.seed());
            }
            stream.send("done", line(done));
        } else if (failure instanceof CancellationException) {
            LOG.debug("A client went away before its text was written");
        } else {
            stream.send("error", line(problems.of(failure).members()));
        }
        stream.close();
    }

    private static String line(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot be written as JSON: " + value, e);
        }
    }
}
