package dev.driftline.live;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How the feed goes.
 *
 * @param state what it is doing
 * @param since since when
 * @param detail why it cannot read; empty where it can
 * @param behind records still to be read when it last looked, about
 */
record FeedStatus(State state, Instant since, String detail, long behind) {

    /** What the feed is doing. */
    enum State {
        /** It has not reached the broker yet. */
        STARTING,
        /** It reads. */
        LIVE,
        /** The broker or the registry is away; what is kept is as it was. */
        DISCONNECTED
    }

    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("state", state.name().toLowerCase(Locale.ROOT));
        fields.put("since", since.toString());
        fields.put("detail", detail);
        fields.put("behind_records", behind);
        return fields;
    }
}
