package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.drift.DriftSettings;
import dev.driftline.drift.Observation;
import dev.driftline.filter.FilterRules;
import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import dev.driftline.mixture.DocumentScorer;
import dev.driftline.mixture.ScoreRequest;
import dev.driftline.network.trainer.TrainerSettings;
import dev.driftline.network.trainer.TrainerState;
import dev.driftline.network.trainer.TrainingRecord;
import dev.driftline.neural.online.ParentWatch;
import dev.driftline.output.FilterRequest;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.pages.PageStore;
import dev.driftline.pending.PendingDocuments;
import dev.driftline.schemas.Document;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.messages.ShardReply;
import dev.driftline.scoring.messages.ShardRequest;
import dev.driftline.shards.ShardCounts;
import dev.driftline.sources.FilterSources;
import dev.driftline.sources.SourceModels;
import dev.driftline.sources.WatchedSources;
import dev.driftline.store.WriteBackStore;
import dev.driftline.testing.ReleasedState;
import dev.driftline.topics.FilterFile;
import dev.driftline.topics.Layout;
import dev.driftline.topics.Topic;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every value in every store, and every internal message, begins with a version: with one that nobody knows it is refused, and
 * not taken for something else.
 */
class StoredVersionsTest {

    private static final byte UNKNOWN = 0x7F;

    private static final DriftlineConfig CONFIG = DriftlineConfig.of(Map.of(
            "model.order",
            "3",
            "drift.unit.tokens",
            "20",
            "drift.burn.in.tokens",
            "100",
            "drift.reference.tokens",
            "300"));

    @TempDir
    private Path folder;

    private record Entry(byte[] key, byte[] value) {}

    @Test
    void shouldRefuseEveryStoredValueOfAnUnknownVersion() {
        TopologySettings settings = TopologySettings.of(CONFIG, Layout.SHARDS);
        DriftSettings drift = settings.drift().orElseThrow();
        FilterRules rules =
                FilterFile.rules(CONFIG.with(Map.of("filter.rules", "default"))).orElseThrow();
        List<Document> documents = new ArrayList<>();
        TwoLanguages languages = new TwoLanguages();
        for (int i = 0; i < 60; i++) {
            documents.add(languages.next("source-" + i % 2, false));
        }
        try (TopologyFixture fixture = new TopologyFixture(
                folder,
                ModelSettings.ofOrder(3),
                TopologyFixture.LIMITS,
                Optional.empty(),
                Optional.of(drift),
                settings.sources(),
                Optional.of(rules))) {
            documents.forEach(fixture::pipe);
            TopologySettings running = fixture.settings;
            assertRefused(fixture, ShardCounts.STORE, pages -> readCounts(running, pages, documents));
            assertRefused(fixture, SourceModels.STORE, pages -> readSources(running, pages));
            assertRefused(fixture, WatchedSources.STORE, pages -> {
                WatchedSources watched = new WatchedSources(pages, drift, running.sources());
                watched.get("source-0", 1);
                watched.get("source-1", 1);
            });
            assertRefused(fixture, FilterSources.STORE, pages -> {
                FilterSources filter = new FilterSources(pages, running.sources());
                filter.get("source-0", 1);
                filter.get("source-1", 1);
                // The quantiles of all sources.
                pages.scan(new byte[0], (key, value) -> {
                    if ((key[0] & 0xFF) < 0x80) {
                        filter.get(dev.driftline.source.SourceKeys.source(key), 1);
                    }
                });
            });
        }
    }

    @Test
    void shouldRefuseEveryValueOfTheTrainerOfAnUnknownVersion() {
        TrainerSettings settings =
                TrainerSettings.of(DriftlineConfig.defaults()).orElseThrow();
        HeapPageStore pages = new HeapPageStore();
        TrainerState state = new TrainerState(pages, settings.online());
        for (int i = 0; i < 3; i++) {
            state.buffer().add(i, DocumentTokens.of(List.of(List.of("a", "b"))));
        }
        state.round(1, 5, ParentWatch.NONE);
        state.writeBack();

        assertRefused(entries(pages), store -> {
            TrainerState read = new TrainerState(store, settings.online());
            read.number();
            read.buffer().documents();
        });
    }

    @Test
    void shouldRefuseEveryMessageAndEveryPendingDocumentOfAnUnknownVersion() {
        ReleasedState released = ReleasedState.of("0.3.0");
        assertRefused(
                released.entries(PendingDocuments.STORE, 0).stream()
                        .map(entry -> new Entry(entry.key(), entry.value()))
                        .toList(),
                pages -> released.entries(PendingDocuments.STORE, 0)
                        .forEach(entry -> new PendingDocuments(pages, new HeapBudget().account(HeapUse.PENDING))
                                .get(ByteBuffer.wrap(entry.key()).getLong())));
        released.entries(Topic.OBSERVATIONS.suffix(), 0).forEach(message -> {
            assertRefused(message.value(), 0, value -> Observation.decode(message.key(), value));
            message.headers().values().forEach(header -> assertRefused(header, 0, FilterRequest::decode));
        });
        released.entries(Topic.TRAINING.suffix(), 0)
                .forEach(message -> assertRefused(message.value(), 0, TrainingRecord::decode));
        for (int shard = 0; shard < 2; shard++) {
            // The first byte is the kind.
            released.entries(Topic.NGRAM_REQUESTS.suffix(), shard)
                    .forEach(message -> assertRefused(message.value(), 1, ShardRequest::ticketOf));
        }
        released.entries(Topic.NGRAM_REPLIES.suffix(), 0)
                .forEach(message -> assertRefused(message.value(), 1, ShardReply::shardOf));
    }

    private static void readCounts(TopologySettings settings, PageStore pages, List<Document> documents) {
        LocalModel model = new LocalModel(settings.model(), 1, shard -> pages, 1 << 24);
        for (Document document : documents) {
            List<List<String>> unknown = new ArrayList<>(document.getSentences());
            // So that words are spelled, too.
            unknown.add(document.getSentences().get(0).stream()
                    .map(word -> word + "x")
                    .toList());
            model.score(DocumentTokens.of(unknown), false);
        }
    }

    private static void readSources(TopologySettings settings, PageStore pages) {
        SourceModels sources = settings.sourceModels(pages);
        LocalModel model = new LocalModel(settings.model(), 1, shard -> new HeapPageStore(), 1 << 20);
        DocumentTokens document = DocumentTokens.of(List.of(List.of("a")));
        for (String source : List.of("source-0", "source-1")) {
            new DocumentScorer(settings.mixture())
                    .score(ScoreRequest.of(document, model.score(document, false), sources.get(source, 1)));
            sources.reference(source).orElseThrow().bits(document);
        }
    }

    private static void assertRefused(TopologyFixture fixture, String store, Consumer<PageStore> read) {
        List<Entry> entries = entries((WriteBackStore) fixture.driver.getStateStore(store));
        assertThat(entries).as(store).isNotEmpty();
        assertRefused(entries, read);
    }

    private static List<Entry> entries(PageStore pages) {
        List<Entry> entries = new ArrayList<>();
        pages.scan(new byte[0], (key, value) -> entries.add(new Entry(key, value)));
        return entries;
    }

    private static void assertRefused(List<Entry> entries, Consumer<PageStore> read) {
        read.accept(store(entries, null));
        for (Entry broken : entries) {
            assertThatThrownBy(() -> read.accept(store(entries, broken)))
                    .as(
                            "%s = %s",
                            HexFormat.of().formatHex(broken.key()),
                            HexFormat.of().formatHex(broken.value()))
                    .hasMessageContaining("version");
        }
    }

    private static void assertRefused(byte[] message, int at, Consumer<byte[]> read) {
        read.accept(message);
        byte[] broken = message.clone();
        broken[at] = UNKNOWN;
        assertThatThrownBy(() -> read.accept(broken))
                .as(HexFormat.of().formatHex(message))
                .hasMessageContaining("version");
    }

    private static HeapPageStore store(List<Entry> entries, Entry broken) {
        HeapPageStore store = new HeapPageStore();
        for (Entry entry : entries) {
            byte[] value = entry.value().clone();
            if (entry == broken) {
                value[0] = UNKNOWN;
            }
            store.put(entry.key(), value);
        }
        return store;
    }
}
