package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.drift.DriftSettings;
import dev.driftline.drift.Observation;
import dev.driftline.drift.Series;
import dev.driftline.drift.SourceWatch;
import dev.driftline.filter.SourceQuantiles;
import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.DocumentScorer;
import dev.driftline.mixture.ScoreRequest;
import dev.driftline.network.trainer.TrainerSettings;
import dev.driftline.network.trainer.TrainerState;
import dev.driftline.network.trainer.TrainingRecord;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotBytes;
import dev.driftline.output.FilterRequest;
import dev.driftline.output.ObservationOutput;
import dev.driftline.pages.PageStore;
import dev.driftline.pending.CompleteDocuments;
import dev.driftline.pending.PendingDocument;
import dev.driftline.pending.PendingDocuments;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.Gather;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.scoring.messages.ShardReply;
import dev.driftline.scoring.messages.ShardRequest;
import dev.driftline.shards.ShardCounts;
import dev.driftline.source.SourceIndex;
import dev.driftline.sources.FilterSources;
import dev.driftline.sources.SourceModels;
import dev.driftline.sources.WatchedSources;
import dev.driftline.testing.ReleasedState;
import dev.driftline.topics.Layout;
import dev.driftline.topics.Topic;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a released version stored and sent means today what it meant then. */
class ReleasedStateTest {

    private static final List<String> SOURCES = List.of("harbour", "valley", "Zürich ☂");
    private static final List<String> NGRAMS =
            List.of("rain", "Zürich", "東京", "</s>", "<s> There", "over the coast", "a cold wind", "Regen", "unheard");
    private static final List<DocumentTokens> PROBES = List.of(
            document("There will be thunder over the coast at dusk .", "No fog was seen over 東京 ."),
            document("Es gibt Regen an der Küste und Wolkenbrüche im Tal ."));

    static List<String> versions() {
        return ReleasedState.versions();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void shouldReadWhatAReleasedVersionStored(String version) throws IOException {
        ReleasedState released = ReleasedState.of(version);
        Map<String, Object> found = new TreeMap<>();
        TopologySettings settings = TopologySettings.of(released.config(), Layout.SHARDS);
        readCounts(released, settings, found);
        readPending(released, settings, found);
        readSources(released, settings, found);
        readTrainer(released, found);
        readMessages(released, settings, found);

        Path file = released.folder().resolve("expected.properties");
        if (Boolean.getBoolean("driftline.generate") && !Files.exists(file)) {
            Files.write(
                    file,
                    found.entrySet().stream()
                            .map(entry -> entry.getKey().replaceAll("([ :=])", "\\\\$1") + "=" + entry.getValue())
                            .toList());
        }
        assertThat(found).isNotEmpty();
        Properties expected = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            expected.load(reader);
        }
        assertThat(found.keySet()).map(name -> (Object) name).containsExactlyInAnyOrderElementsOf(expected.keySet());
        found.forEach((name, value) -> {
            String wanted = expected.getProperty(name);
            if (value instanceof Double number) {
                double other = Double.parseDouble(wanted);
                assertThat(number).as(name).isCloseTo(other, within(1e-6 * (1 + other)));
            } else {
                assertThat(value.toString()).as(name).isEqualTo(wanted);
            }
        });
    }

    private static LocalModel model(ReleasedState released, TopologySettings settings) {
        return new LocalModel(
                settings.model(), settings.shards(), shard -> released.store(ShardCounts.STORE, shard), 1 << 20);
    }

    private static void readCounts(ReleasedState released, TopologySettings settings, Map<String, Object> found) {
        LocalModel model = model(released, settings);
        for (String ngram : NGRAMS) {
            found.put("count." + ngram, model.rawCount(List.of(ngram.split(" "))));
        }
        for (int shard = 0; shard < settings.shards(); shard++) {
            ShardScorer scorer = model.shard(shard);
            found.put("shard." + shard + ".tokens", scorer.counts().rawTotal());
            found.put("shard." + shard + ".types", scorer.counts().rawTypes());
            found.put("shard." + shard + ".continuations", scorer.counts().continuationTotal());
            for (int k = 1; k <= settings.model().order(); k++) {
                found.put("shard." + shard + ".once." + k, scorer.counts().rawCountOfCounts(k, 1));
            }
        }
        SourceModels sources = sources(released, settings);
        DocumentScorer scorer = new DocumentScorer(settings.mixture());
        for (String source : SOURCES) {
            for (int probe = 0; probe < PROBES.size(); probe++) {
                DocumentTokens document = PROBES.get(probe);
                DocumentScore score =
                        scorer.score(ScoreRequest.of(document, model.score(document, false), sources.get(source, 0)));
                String name = "score." + source + "." + probe;
                found.put(name + ".bits", score.bitsPerToken());
                found.put(name + ".unknown", score.unknown());
                found.put(name + ".letters", score.letterBits());
                score.models().forEach(of -> found.put(name + ".model." + of, score.bits(of)));
                found.put(name + ".reference", (double)
                        sources.reference(source).orElseThrow().bits(document));
            }
        }
    }

    /** A document that was under way is scored once its last shard has answered. */
    private static void readPending(ReleasedState released, TopologySettings settings, Map<String, Object> found) {
        PendingDocuments pending = new PendingDocuments(
                released.store(PendingDocuments.STORE, 0), new HeapBudget().account(HeapUse.PENDING));
        new CompleteDocuments(pending).look(0, () -> false);
        ShardScorer late = model(released, settings).shard(1);
        Gather gather = new Gather(settings.model(), settings.shards());
        DocumentScorer scorer = new DocumentScorer(settings.mixture());
        SourceModels sources = sources(released, settings);
        ShardRequest.Addresses addresses =
                new ShardRequest.Addresses(settings.model().fingerprint(settings.shards()));
        found.put("pending", pending.size());
        for (ReleasedState.Entry request : released.entries(Topic.NGRAM_REQUESTS.suffix(), 1)) {
            if (!isPending(addresses, request.value(), pending)) {
                continue;
            }
            for (byte[] reply : gather.split(late.answer(request.value()))) {
                PendingDocument document =
                        Objects.requireNonNull(pending.get(gather.address(reply).ticket()));
                assertThat(document.expects(0)).isFalse();
                assertThat(document.expects(1)).isTrue();
                assertThat(document.add(reply)).isTrue();
                DocumentTokens tokens = document.document.tokens();
                DocumentScore score = scorer.score(ScoreRequest.of(
                                tokens,
                                gather.gather(tokens, document.replies).positions(),
                                sources.get(document.document.source(), 0))
                        .withLearning(document.document.learn()));
                String name = "pending." + document.document.id();
                found.put(name + ".source", document.document.source());
                found.put(name + ".attributes", document.document.attributes());
                found.put(name + ".learn", document.document.learn());
                found.put(name + ".published", document.document.publishedAt());
                found.put(name + ".bits", score.bitsPerToken());
            }
        }
        CompleteDocuments complete = new CompleteDocuments(pending);
        complete.look(0, () -> false);
        for (int i = 0; i < pending.size(); i++) {
            assertThat(complete.isEmpty()).isFalse();
            complete.removeFirst();
        }
        assertThat(complete.isEmpty()).isTrue();
    }

    /** Whether the first of the documents of a request, and so all of them, wait for its answer. */
    private static boolean isPending(ShardRequest.Addresses addresses, byte[] request, PendingDocuments pending) {
        addresses.read(request);
        return pending.get(addresses.ticket(0)) != null;
    }

    private static SourceModels sources(ReleasedState released, TopologySettings settings) {
        return settings.sourceModels(released.store(SourceModels.STORE, 0));
    }

    private static void readSources(ReleasedState released, TopologySettings settings, Map<String, Object> found) {
        SourceModels sources = sources(released, settings);
        DriftSettings drift = settings.drift().orElseThrow();
        WatchedSources watched = new WatchedSources(released.store(WatchedSources.STORE, 0), drift, settings.sources());
        FilterSources filter = new FilterSources(released.store(FilterSources.STORE, 0), settings.sources());
        found.put("sources", new SourceIndex(released.store(SourceModels.STORE, 0), settings.sources()).size());
        for (String source : SOURCES) {
            found.put("source." + source + ".tokens", sources.get(source, 0).tokens());
            SourceWatch watch = watched.get(source, 0);
            found.put("watch." + source + ".documents", watch.documents());
            found.put("watch." + source + ".tokens", watch.tokens());
            for (Series series : Series.values()) {
                String name = "watch." + source + "." + series.name().toLowerCase(Locale.ROOT);
                found.put(name + ".state", watch.state(series));
                found.put(name + ".baseline", watch.baseline(series));
            }
            SourceQuantiles quantiles = filter.get(source, 0);
            found.put("filter." + source + ".documents", quantiles.documents());
            found.put("filter." + source + ".median", quantiles.value(50).orElseThrow());
            found.put("filter." + source + ".high", quantiles.value(90).orElseThrow());
        }
    }

    private static void readTrainer(ReleasedState released, Map<String, Object> found) {
        PageStore store = released.store(TrainerProcessor.REPLAY_STORE, 0);
        TrainerState trainer = new TrainerState(
                store, TrainerSettings.of(released.config()).orElseThrow().online());
        found.put("trainer.number", trainer.number());
        found.put("trainer.tokens.at.round", trainer.tokensAtRound());
        found.put("trainer.active", trainer.active().orElseThrow());
        found.put("trainer.documents", trainer.buffer().documents());
        found.put("trainer.documents.seen", trainer.buffer().documentsSeen());
        found.put("trainer.tokens", trainer.buffer().tokens());
        found.put("trainer.end", trainer.buffer().end());
        found.put("trainer.older", trainer.buffer().olderPositions().size());
    }

    private static void readMessages(ReleasedState released, TopologySettings settings, Map<String, Object> found) {
        Gather gather = new Gather(settings.model(), settings.shards());
        for (ReleasedState.Entry message : released.entries(Topic.NGRAM_REPLIES.suffix(), 0)) {
            for (byte[] reply : gather.split(message.value())) {
                found.merge("replies.of." + ShardReply.shardOf(reply), 1, (some, more) -> (int) some + 1);
            }
        }
        for (ReleasedState.Entry message : released.entries(Topic.OBSERVATIONS.suffix(), 0)) {
            Observation observation = Observation.decode(message.key(), message.value());
            found.put("observation." + observation.id(), observation.source() + " " + observation.tokens());
            FilterRequest request = FilterRequest.decode(message.headers().get(ObservationOutput.DOCUMENT_HEADER));
            found.put(
                    "filtered." + request.document().id() + ".tokens",
                    request.scored().tokens());
            request.scored()
                    .bits()
                    .forEach((model, bits) ->
                            found.put("filtered." + request.document().id() + "." + model, bits));
        }
        List<String> taught = new ArrayList<>();
        for (ReleasedState.Entry message : released.entries(Topic.TRAINING.suffix(), 0)) {
            if (TrainingRecord.decode(message.value()) instanceof TrainingRecord.Text record) {
                taught.add(record.source() + " " + record.document().tokens().length);
            } else {
                taught.add("a document is taken out");
            }
        }
        found.put("taught", taught);
        Map<String, byte[]> snapshots = new TreeMap<>();
        for (ReleasedState.Entry message : released.entries(Topic.SNAPSHOTS.suffix(), 0)) {
            snapshots.put(new String(message.key(), StandardCharsets.UTF_8), message.value());
        }
        String active = found.get("trainer.active").toString();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        snapshots.forEach((key, value) -> {
            if (key.startsWith(active + "/chunk/")) {
                bytes.writeBytes(value);
            }
        });
        Snapshot snapshot = SnapshotBytes.decode(bytes.toByteArray());
        found.put("snapshot.version", snapshot.version());
        found.put("snapshot.words", snapshot.network().vocabulary().size());
    }

    private static DocumentTokens document(String... sentences) {
        return DocumentTokens.of(Stream.of(sentences)
                .map(sentence -> List.of(sentence.split(" ")))
                .toList());
    }
}
