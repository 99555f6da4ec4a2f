package dev.driftline.torture.proxy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The beginning of a request: key (2 bytes), version (2), correlation id (4), length of the client id (2; −1 for none) and the
 * client id. Every version of the header that clients send begins so.
 *
 * @param api its kind, where the proxy tells it apart
 * @param correlation what the answer to it begins with
 * @param client the name that the client gives itself; empty for none
 */
record RequestHead(Optional<Api> api, int correlation, String client) {

    private static final int FIXED_BYTES = 10;

    /** The most bytes of a frame that {@link #read} looks at, a long client id apart. */
    static final int BYTES = 512;

    /** @param frame the first bytes of a request, behind its length */
    static Optional<RequestHead> read(ByteBuffer frame) {
        if (frame.remaining() < FIXED_BYTES) {
            return Optional.empty();
        }
        ByteBuffer head = frame.duplicate();
        int key = head.getShort();
        head.getShort();
        int correlation = head.getInt();
        byte[] client = new byte[Math.max(0, Math.min(head.getShort(), head.remaining()))];
        head.get(client);
        return Optional.of(new RequestHead(Api.of(key), correlation, new String(client, StandardCharsets.UTF_8)));
    }
}
