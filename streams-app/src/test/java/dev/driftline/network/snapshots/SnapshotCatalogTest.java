package dev.driftline.network.snapshots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.network.snapshots.SnapshotMessages.Message;
import dev.driftline.neural.snapshot.InvalidSnapshotException;
import dev.driftline.neural.snapshot.Snapshot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotCatalogTest {

    private static final Snapshot FIRST = TestSnapshots.snapshot(1, null);
    private static final Snapshot SECOND = TestSnapshots.snapshot(2, FIRST.version());

    @TempDir
    Path directory;

    private SnapshotCatalog catalog;
    private long offset;

    @BeforeEach
    void makeCatalog() {
        catalog = new SnapshotCatalog(ChunkStore.in(directory.resolve("chunks"), version -> true));
    }

    @Test
    void shouldPublishInChunksWithTheManifestLast() {
        List<Message> messages = SnapshotMessages.publish(FIRST);
        assertThat(messages)
                .extracting(Message::key)
                .containsExactly(
                        FIRST.version() + "/chunk/00000",
                        FIRST.version() + "/chunk/00001",
                        FIRST.version() + "/chunk/00002",
                        FIRST.version() + "/manifest");
        assertThat(messages).allSatisfy(message -> assertThat(message.value()).hasSizeLessThanOrEqualTo(512 * 1024));
        assertThat(SnapshotMessages.remove(FIRST))
                .extracting(Message::key)
                .containsExactly(
                        FIRST.version() + "/manifest",
                        FIRST.version() + "/chunk/00000",
                        FIRST.version() + "/chunk/00001",
                        FIRST.version() + "/chunk/00002");
        assertThat(SnapshotMessages.remove(FIRST))
                .allSatisfy(message -> assertThat(message.value()).isNull());
    }

    @Test
    void shouldPutASnapshotTogetherInWhateverOrderItsRecordsCome() {
        List<Message> messages = new ArrayList<>(SnapshotMessages.publish(FIRST));
        messages.addAll(SnapshotMessages.publish(FIRST));
        messages.addAll(SnapshotMessages.publish(SECOND));
        messages.add(SnapshotMessages.activate(SECOND.version()));
        messages.add(new Message("something else", new byte[] {1}));
        messages.add(new Message("../../etc/chunk/00000", new byte[] {1}));
        messages.add(new Message("x/chunk/99999", new byte[] {1}));
        Collections.shuffle(messages, new Random(3));
        take(messages);

        assertThat(catalog.pointer()).contains(SECOND.version());
        assertThat(catalog.list())
                .extracting(PublishedSnapshot::version)
                .containsExactly(FIRST.version(), SECOND.version());
        assertThat(catalog.list()).allSatisfy(snapshot -> {
            assertThat(snapshot.problem()).isEmpty();
            assertThat(snapshot.chunks()).isEqualTo(3);
        });
        assertThat(catalog.list().get(1).active()).isTrue();
        Snapshot loaded = catalog.load(FIRST.version());
        assertThat(loaded.manifest()).isEqualTo(FIRST.manifest());
        assertThat(loaded.network().parameters().tensor("encoder.weight").data())
                .containsExactly(
                        FIRST.network().parameters().tensor("encoder.weight").data());
    }

    @Test
    void shouldPassOverWhateverSomebodyElseWroteUnderTheKeysOfSnapshots() {
        take(SnapshotMessages.publish(FIRST));
        take(List.of(SnapshotMessages.activate(FIRST.version())));
        String manifest = SECOND.version() + "/manifest";
        byte[] whole = SnapshotMessages.publish(SECOND).get(3).value();
        List<byte[]> values = new ArrayList<>();
        for (String text :
                List.of("", "null", "[]", "{}", "\"x\"", "7", "{\"version\": null}", "{\"version\": \"../x\"}")) {
            values.add(text.getBytes(StandardCharsets.UTF_8));
        }
        Random random = new Random(5);
        for (int i = 0; i < 300; i++) {
            byte[] broken = whole.clone();
            broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
            values.add(i % 2 == 0 ? broken : Arrays.copyOf(whole, random.nextInt(whole.length)));
        }
        for (byte[] value : values) {
            for (String key : List.of(manifest, "active", SECOND.version() + "/chunk/00001", "", "a/b/c")) {
                if (!key.equals("active") || !new String(value, StandardCharsets.UTF_8).contains(SECOND.version())) {
                    take(List.of(new Message(key, value)));
                }
            }
            assertThat(catalog.problem(SECOND.version())).isPresent();
        }

        assertThat(catalog.pointer()).contains(FIRST.version());
        assertThat(catalog.problem(FIRST.version())).isEmpty();
        take(SnapshotMessages.publish(SECOND));
        assertThat(catalog.problem(SECOND.version())).isEmpty();
    }

    @Test
    void shouldSayWhichChunkIsMissingOfATornSnapshot() {
        List<Message> messages = new ArrayList<>(SnapshotMessages.publish(FIRST));
        messages.remove(1);
        take(messages);
        refused("torn: chunk 2 of 3 is missing");
        assertThat(catalog.list().get(0).problem()).isPresent();

        take(SnapshotMessages.publish(FIRST));
        assertThat(catalog.load(FIRST.version()).version()).isEqualTo(FIRST.version());
    }

    @Test
    void shouldSayThatOneIsTornWhoseManifestHasNotCome() {
        take(SnapshotMessages.publish(FIRST).subList(0, 3));
        assertThat(catalog.list()).isEmpty();
        refused("its manifest has not arrived");
        assertThat(catalog.problem("000009-abcdef")).contains("it is not on the topic");
    }

    @Test
    void shouldRefuseOneWithAChangedByteACutChunkOrAChunkTooLong() {
        for (int length : List.of(-1, 100, SnapshotMessages.CHUNK_BYTES + 1)) {
            makeCatalog();
            List<Message> messages = new ArrayList<>(SnapshotMessages.publish(FIRST));
            byte[] chunk = messages.get(1).value();
            byte[] changed = length < 0 ? chunk.clone() : Arrays.copyOf(chunk, length);
            if (length < 0) {
                changed[77] ^= 1;
            }
            messages.set(1, new Message(messages.get(1).key(), changed));
            take(messages);
            refused(length > SnapshotMessages.CHUNK_BYTES ? "chunk 2 of 3 is missing" : "corrupt: chunk 2 of 3");
        }
    }

    @Test
    void shouldRefuseAManifestThatIsWrongAboutTheWholeOrIsNone() {
        List<Message> messages = SnapshotMessages.publish(FIRST);
        String manifest = new String(messages.get(3).value(), StandardCharsets.UTF_8);
        ChunkedManifest read = ChunkedManifest.read(messages.get(3).value());

        take(messages.subList(0, 3));
        takeManifest(manifest.replace(read.sha256(), "0".repeat(64)));
        refused("its SHA-256 is not that of its manifest");
        takeManifest("{\"format\":1");
        refused("the manifest is not JSON");
        takeManifest(manifest.replace("\"bytes\":" + read.bytes(), "\"bytes\":1"));
        refused("does not say which chunks");
        takeManifest(manifest.replace("\"format\":1", "\"format\":7"));
        refused("format 7");
        takeManifest(manifest.replace(FIRST.version(), SECOND.version()));
        refused("its manifest is that of " + SECOND.version());
        takeManifest(manifest);
        assertThat(catalog.load(FIRST.version()).version()).isEqualTo(FIRST.version());
    }

    @Test
    void shouldNoticeThatAFileOfChunksWasChangedOnDisk() throws Exception {
        take(SnapshotMessages.publish(FIRST));
        Path file = directory.resolve("chunks").resolve(FIRST.version() + ".snapshot");
        byte[] bytes = Files.readAllBytes(file);
        bytes[600_000] ^= 1;
        Files.write(file, bytes);
        refused("its SHA-256 is not that of its manifest");
        Files.delete(file);
        refused("not kept here");
    }

    @Test
    void shouldForgetWhatTombstonesRemoveAndLiveWithWhatCompactionLeaves() {
        take(SnapshotMessages.publish(FIRST));
        take(SnapshotMessages.publish(SECOND));
        take(SnapshotMessages.remove(FIRST));
        assertThat(catalog.list()).extracting(PublishedSnapshot::version).containsExactly(SECOND.version());
        assertThat(directory.resolve("chunks").resolve(FIRST.version() + ".snapshot"))
                .doesNotExist();

        // Compaction has taken the first chunks and one tombstone already.
        makeCatalog();
        take(SnapshotMessages.publish(FIRST).subList(2, 4));
        take(SnapshotMessages.remove(FIRST).subList(0, 2));
        assertThat(catalog.list()).isEmpty();
        refused("its manifest has not arrived");
    }

    @Test
    void shouldLetGoOfANetworkThatWasTakenOffTheTopicAndScoreWithoutOneWhenThePointerIsGone() {
        ActiveSnapshot active = new ActiveSnapshot();
        SimulatedFollower follower = new SimulatedFollower(active);
        for (Snapshot snapshot : List.of(FIRST, SECOND)) {
            SnapshotMessages.publish(snapshot).forEach(message -> follower.take(message.key(), message.value()));
        }
        Message pointer = SnapshotMessages.activate(SECOND.version());
        follower.take(pointer.key(), pointer.value());
        follower.follow();
        assertThat(follower.snapshot(FIRST.version())).isPresent();

        for (Snapshot snapshot : List.of(FIRST, SECOND)) {
            SnapshotMessages.remove(snapshot).forEach(message -> follower.take(message.key(), message.value()));
        }
        Message none = SnapshotMessages.deactivate();
        follower.take(none.key(), none.value());
        follower.follow();

        assertThat(active.get()).isEmpty();
        assertThat(follower.pointer()).isEmpty();
        assertThat(follower.snapshot(FIRST.version())).as("kept in memory").isEmpty();
        assertThat(follower.snapshot(SECOND.version())).isEmpty();
    }

    @Test
    void shouldKeepTheActiveOneItsParentAndTheNewest() {
        List<Snapshot> all = new ArrayList<>();
        for (int number = 1; number <= 6; number++) {
            Snapshot snapshot = TestSnapshots.snapshot(
                    number, number == 1 ? null : all.get(number - 2).version());
            all.add(snapshot);
            take(SnapshotMessages.publish(snapshot));
        }
        take(SnapshotMessages.removeOld(catalog.list(), all.get(2).version(), 2));
        assertThat(catalog.list())
                .extracting(
                        snapshot -> snapshot.description().manifest().training().get("seed"))
                .containsExactly("2", "3", "5", "6");
        assertThat(SnapshotMessages.removeOld(catalog.list(), null, 1000)).isEmpty();
    }

    @Test
    void shouldKeepThePointerWhereANewOneCannotBeRead() {
        take(List.of(SnapshotMessages.activate(FIRST.version())));
        for (String bad : List.of("", "{}", "{\"version\":\"../x\"}", "null")) {
            take(List.of(new Message("active", bad.getBytes(StandardCharsets.UTF_8))));
            assertThat(catalog.pointer()).contains(FIRST.version());
        }
        take(List.of(new Message("active", null)));
        assertThat(catalog.pointer()).isEqualTo(Optional.empty());
    }

    private void takeManifest(String json) {
        take(List.of(new Message(FIRST.version() + "/manifest", json.getBytes(StandardCharsets.UTF_8))));
    }

    private void refused(String why) {
        assertThatThrownBy(() -> catalog.load(FIRST.version()))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessageContaining(FIRST.version())
                .hasMessageContaining(why);
    }

    private void take(List<Message> messages) {
        messages.forEach(message -> catalog.take(message.key(), message.value(), offset++, Instant.EPOCH));
    }
}
