package dev.driftline.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.driftline.pending.PendingDocuments;
import dev.driftline.shards.ShardCounts;
import dev.driftline.store.SimulatedStore;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the simulation is for: with a defect built in, one of a few histories fails. */
@Order(1)
class DefectsTest {

    private static final int MOST = 300;
    private static final int MOST_WITH_NETWORK = 400;

    static {
        QuietThreads.silence();
    }

    /** Logs nothing. */
    private final ExecutorService quiet =
            Executors.newSingleThreadExecutor(work -> new Thread(work, QuietThreads.PREFIX));

    @AfterEach
    void close() {
        quiet.shutdownNow();
    }

    private static Stream<Arguments> defects() {
        return Stream.of(
                arguments("a store that loses writes of the counts", losing(ShardCounts.STORE)),
                arguments("a store that loses writes of documents that wait", losing(PendingDocuments.STORE)),
                arguments(
                        "a header that forgets what it has taken in",
                        Defects.losing((store, key) -> SimulatedStore.isHeader(key))),
                arguments("a gather that sends twice", Defects.sendingTwice(topic -> topic.endsWith("scores.v1"))),
                arguments(
                        "a scatter that asks twice",
                        Defects.sendingTwice(topic -> topic.endsWith("ngram-requests.v1"))),
                arguments("a transaction that is aborted and seen", Defects.of(Defects.Kind.LEAKS)),
                arguments(
                        "a task that is rolled back and keeps what it has decoded",
                        Defects.of(Defects.Kind.KEEPS_CACHES)),
                arguments("a store that is kept and not restored to its end", Defects.of(Defects.Kind.LOSES_TAIL)),
                arguments(
                        "a write-back that is cut and not completed",
                        Defects.losing((store, key) -> SimulatedStore.isJournal(key))),
                arguments(
                        "a document that is removed before its score is out",
                        Defects.of(Defects.Kind.WAITS_FOR_NOTHING)),
                arguments("a filter that sends twice", Defects.sendingTwice(topic -> topic.endsWith("kept.v1"))));
    }

    private static Stream<Arguments> defectsOfTheNetwork() {
        return Stream.of(
                arguments(
                        "a trainer that publishes though another has taken over",
                        Defects.of(Defects.Kind.IS_NEVER_FENCED)),
                arguments("a document that does not wait for the network", Defects.of(Defects.Kind.IS_IMPATIENT)),
                arguments("a snapshot with the weights of another", Defects.of(Defects.Kind.MIXES_NETWORKS)),
                arguments(
                        "a promotion that is on record twice",
                        Defects.sendingTwice(topic -> topic.endsWith("promotions.v1"))));
    }

    private static Defects losing(String name) {
        return Defects.losing((store, key) -> store.equals(name) && !SimulatedStore.isHeader(key) && isChosen(key));
    }

    private static boolean isChosen(Bytes key) {
        return Arrays.hashCode(key.get()) % 3 == 0;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("defects")
    void shouldFindADefectWithinSomeHistories(String name, Defects defects) throws Exception {
        // Only without transactions can something come out that was not flushed.
        boolean needsNoTransactions = defects.has(Defects.Kind.WAITS_FOR_NOTHING);
        assertFound(name, MOST, defects, one -> !needsNoTransactions || !one.exactlyOnce());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("defectsOfTheNetwork")
    void shouldFindADefectWithinSomeHistoriesWithANetwork(String name, Defects defects) throws Exception {
        assertFound(name, MOST_WITH_NETWORK, defects, Circumstances::hasNetwork);
    }

    private void assertFound(String name, int most, Defects defects, Predicate<Circumstances> under) throws Exception {
        assertThat(quiet.submit(() -> Histories.runsUntilFailure(most, defects, under))
                        .get())
                .as("histories until %s is found", name)
                .isPresent();
    }

    @Test
    void shouldListTheFewestEventsWithWhichAHistoryFails() throws Exception {
        Defects twice = Defects.sendingTwice(topic -> topic.endsWith("scores.v1"));

        Optional<String> failure =
                quiet.submit(() -> Histories.failure(0, twice)).get();

        assertThat(failure.orElseThrow())
                .startsWith("history 0 (ONE_TASK")
                .contains("has come out 2 times, and was published 1 times")
                .contains("1 of its 90 events are enough")
                .contains("is published to partition 0")
                .endsWith("-Ddriftline.history=0");
        Optional<String> again = quiet.submit(() -> Histories.failure(0, twice)).get();
        assertThat(told(again.orElseThrow())).isEqualTo(told(failure.get()));
        assertThat(quiet.submit(() -> Histories.failure(0, Defects.NONE)).get()).isEmpty();
    }

    /** What is said, without where in the code it was found. */
    private static List<String> told(String failure) {
        return failure.lines().filter(line -> !line.startsWith("    at ")).toList();
    }
}
