package dev.driftline.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class EventHubTest {

    private final EventHub hub = new EventHub(2);

    private static final class Listener implements EventHub.Subscriber {
        private final List<String> frames = new ArrayList<>();
        private boolean alive = true;
        private boolean ended;

        @Override
        public boolean receive(LiveEvent event) {
            frames.add(new String(event.frame(), StandardCharsets.UTF_8));
            return alive;
        }

        @Override
        public void end() {
            ended = true;
        }
    }

    @Test
    void shouldTellEverybodyInTheFormOfServerSentEvents() {
        Listener listener = subscribed("");
        hub.publish("drift", Map.of("source", "line one\nline two"));
        hub.announce("ping", Map.of("at", "now"));

        assertThat(listener.frames).hasSize(3);
        assertThat(listener.frames.get(0)).isEqualTo("event: status\ndata: {\"resumed\":false}\n\n");
        assertThat(listener.frames.get(1))
                .matches("id: [0-9a-z]+-1\nevent: drift\ndata: \\{\"source\":\"line one\\\\nline two\"}\n\n");
        assertThat(listener.frames.get(2)).isEqualTo("event: ping\ndata: {\"at\":\"now\"}\n\n");
    }

    @Test
    void shouldGoOnWhereAClientWas() {
        Listener before = subscribed("");
        publish(5);
        String third = id(before.frames.get(3));
        hub.unsubscribe(before);

        Listener back = subscribed(third);

        assertThat(back.frames.get(0)).contains("\"resumed\":true");
        assertThat(back.frames).hasSize(3);
        assertThat(back.frames.get(1)).contains("{\"number\":4}");
        assertThat(back.frames.get(2)).contains("{\"number\":5}");
    }

    @Test
    void shouldSayThatAnEventIsNoLongerKept() {
        Listener before = subscribed("");
        publish(1);
        String first = id(before.frames.get(1));
        String padding = "x".repeat(10_000);
        for (int sent = 0; sent <= EventHub.KEPT_BYTES; sent += padding.length()) {
            hub.publish("score", Map.of("padding", padding));
        }

        Listener back = subscribed(first);

        assertThat(back.frames).containsExactly("event: status\ndata: {\"resumed\":false}\n\n");
    }

    @Test
    void shouldNotGoOnFromAnIdOfAnotherInstanceOrFromNonsense() {
        publish(3);
        for (String id : List.of("zzz-1", "1", "-", "zzz-", "' OR 1=1")) {
            Listener listener = subscribed(id);
            assertThat(listener.frames).as(id).singleElement().asString().contains("\"resumed\":false");
            hub.unsubscribe(listener);
        }
    }

    @Test
    void shouldRefuseMoreSubscribersThanItIsFor() {
        subscribed("");
        Listener second = subscribed("");
        assertThat(hub.subscribe(new Listener(), "")).isFalse();

        hub.unsubscribe(second);
        assertThat(hub.subscribe(new Listener(), "")).isTrue();
    }

    @Test
    void shouldForgetASubscriberThatWantsNoMore() {
        Listener listener = subscribed("");
        listener.alive = false;
        publish(2);

        assertThat(listener.frames).hasSize(2);
        assertThat(hub.subscribers()).isZero();
    }

    @Test
    void shouldEndEverybodyWhenItCloses() {
        Listener listener = subscribed("");
        hub.close();

        assertThat(listener.ended).isTrue();
        assertThat(hub.subscribe(new Listener(), "")).isFalse();
    }

    private Listener subscribed(String lastId) {
        Listener listener = new Listener();
        assertThat(hub.subscribe(listener, lastId)).isTrue();
        return listener;
    }

    private void publish(int count) {
        for (int i = 1; i <= count; i++) {
            hub.publish("score", Map.of("number", i));
        }
    }

    private static String id(String frame) {
        Matcher matcher = Pattern.compile("id: (\\S+)").matcher(frame);
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }
}
