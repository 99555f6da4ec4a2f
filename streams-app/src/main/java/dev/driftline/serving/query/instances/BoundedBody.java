package dev.driftline.serving.query.instances;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Collects the body of an answer up to a bound, past which it fails with a {@link MessageTooLargeException} and reads no more:
 * whoever answers there decides how much it sends, and not how much is kept here.
 */
final class BoundedBody implements HttpResponse.BodySubscriber<byte[]> {

    private final int most;
    private final CompletableFuture<byte[]> body = new CompletableFuture<>();
    private final List<byte[]> parts = new ArrayList<>();
    private int size;
    private Flow.@Nullable Subscription subscription;

    private BoundedBody(int most) {
        this.most = most;
    }

    /** Bodies of at most {@code most} bytes. */
    static HttpResponse.BodyHandler<byte[]> of(int most) {
        return head -> new BoundedBody(most);
    }

    @Override
    public CompletionStage<byte[]> getBody() {
        return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            if (buffer.remaining() > most - size) {
                if (subscription != null) {
                    subscription.cancel();
                }
                parts.clear();
                body.completeExceptionally(
                        new MessageTooLargeException("the answer of another instance is larger than the " + most
                                + " bytes of http.bodies.max.bytes: ask for less at a time"));
                return;
            }
            byte[] part = new byte[buffer.remaining()];
            buffer.get(part);
            size += part.length;
            parts.add(part);
        }
    }

    @Override
    public void onError(Throwable failure) {
        body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        ByteBuffer whole = ByteBuffer.allocate(size);
        parts.forEach(whole::put);
        body.complete(whole.array());
    }
}
