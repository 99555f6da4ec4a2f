package dev.driftline.live;

import java.nio.charset.StandardCharsets;

/**
 * One server-sent event. Immutable; subscribers share the bytes and do not change them.
 *
 * @param type its name: {@code score}, {@code drift}, {@code promotion}, {@code retraction}, {@code sources}, {@code status} or {@code ping}
 * @param frame the event as it goes over the wire, in UTF-8, with the empty line at its end
 */
@SuppressWarnings("ArrayRecordComponent") // shared by all subscribers, never compared
public record LiveEvent(String type, byte[] frame) {

    /** An event that cannot be resumed from. */
    static LiveEvent of(String type, Object data) {
        return new LiveEvent(type, bytes("event: " + type + "\ndata: " + RecordJson.line(data) + "\n\n"));
    }

    /** An event with an id, after which a subscriber may resume. */
    static LiveEvent of(String id, String type, Object data) {
        return new LiveEvent(
                type, bytes("id: " + id + "\nevent: " + type + "\ndata: " + RecordJson.line(data) + "\n\n"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
