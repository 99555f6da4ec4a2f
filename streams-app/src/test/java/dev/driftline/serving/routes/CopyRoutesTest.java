package dev.driftline.serving.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driftline.cli.Driftline;
import dev.driftline.export.ArpaExport;
import dev.driftline.export.ExportOptions;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.Scatter;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.query.instances.InstanceAnswers;
import dev.driftline.serving.query.instances.ShardAccess;
import dev.driftline.serving.query.instances.ShardUnavailableException;
import dev.driftline.serving.routes.copies.CopyRoutes;
import dev.driftline.shards.LiveShards;
import dev.driftline.shards.ShardCopies;
import dev.driftline.shards.ShardCounts;
import dev.driftline.sources.OwnedSources;
import dev.driftline.store.UnloggedStore;
import dev.driftline.store.WriteBackStore;
import dev.driftline.terminal.ExitCodes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service's counts leave it as they were at its last commit, by {@code driftline export arpa --instance}. */
class CopyRoutesTest {

    private static final int SHARDS = 2;
    private static final ModelSettings MODEL = ModelSettings.ofOrder(3);

    @TempDir
    Path folder;

    private final List<WriteBackStore> stores = new ArrayList<>();
    private final List<ShardScorer> scorers = new ArrayList<>();
    private final LiveShards live = new LiveShards();
    private final Scatter scatter = new Scatter(MODEL, SHARDS);
    private final LocalModel committed = new LocalModel(MODEL, SHARDS, shard -> new HeapPageStore(), 1 << 20);
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private ShardCopies copies;
    private ServedModel served;
    private int learned;

    @BeforeEach
    void serve() {
        for (int shard = 0; shard < SHARDS; shard++) {
            WriteBackStore store = UnloggedStore.open(ShardCounts.STORE, folder.resolve("0_" + shard));
            ShardScorer scorer = ShardCounts.in(store, MODEL, shard, SHARDS, 8 << 20, 8 << 20, size -> {});
            live.opened(shard, store, scorer);
            stores.add(store);
            scorers.add(scorer);
        }
        copies = new ShardCopies(live, folder.resolve("copies"));
        InstanceAnswers here = new InstanceAnswers(live, new OwnedSources(), copies, () -> new byte[0]);
        ShardAccess access = queries -> here.answer(queries, 1 << 20).stream()
                .map(answer -> answer.orElseThrow(() -> new ShardUnavailableException("it is elsewhere")))
                .toList();
        RequestPool pool = new RequestPool("copies", 2, 2, 20_000);
        served = new ServedModel(Map.of(), new CopyRoutes(access, SHARDS, 1000, pool), RouteGroup.closing(pool::close));
    }

    @AfterEach
    void close() {
        served.close();
        copies.close();
        stores.forEach(WriteBackStore::close);
    }

    /** Has the service learn some documents, without a commit. */
    private List<DocumentTokens> learn(int documents) {
        List<DocumentTokens> text = new ArrayList<>();
        for (int i = 0; i < documents; i++, learned++) {
            DocumentTokens document = DocumentTokens.of(List.of(
                    List.of("the", "w" + learned % 7, "of", "w" + learned % 5), List.of("w" + learned, "fell")));
            byte[][] requests = scatter.requests(0, learned, document, true, 0, List.of());
            for (int shard = 0; shard < SHARDS; shard++) {
                stores.get(shard).turns().take();
                try {
                    scorers.get(shard).answer(requests[shard]);
                } finally {
                    stores.get(shard).turns().end();
                }
            }
            text.add(document);
        }
        return text;
    }

    private void commit(List<DocumentTokens> text) {
        text.forEach(document -> committed.score(document, true));
        stores.forEach(store -> {
            store.flushCache();
            store.commit(Map.of());
        });
    }

    private byte[] expected() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ArpaExport.of(committed, ExportOptions.ofOrder(3), (step, ngrams) -> {}).write(bytes);
        return bytes.toByteArray();
    }

    private int run(String... arguments) {
        return Driftline.execute(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private String address() {
        return served.server.address().toString();
    }

    @Test
    void shouldExportEveryShardAsOfItsLastCommit() throws IOException {
        commit(learn(40));
        List<DocumentTokens> later = learn(20);
        Path file = folder.resolve("out/model.arpa");

        assertThat(run("export", "arpa", "--instance", address(), "--output", file.toString()))
                .as(err.toString())
                .isZero();
        assertThat(Files.readAllBytes(file)).isEqualTo(expected());
        assertThat(out.toString()).startsWith(file + ": ").contains("n-grams of " + address());

        commit(later);
        Path to = folder.resolve("out");
        assertThat(run("export", "arpa", "--instance", address(), "--to", to.toString(), "--gzip"))
                .as(err.toString())
                .isZero();
        try (InputStream model = new GZIPInputStream(Files.newInputStream(to.resolve("driftline.arpa.gz")))) {
            assertThat(model.readAllBytes()).isEqualTo(expected());
        }
        try (Stream<Path> left = Stream.concat(Files.list(to), Files.list(folder.resolve("copies")))) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .as("nothing else is left behind, here or there")
                    .containsExactlyInAnyOrder("model.arpa", "driftline.arpa.gz");
        }
    }

    @Test
    void shouldReadACopyPartByPartUntilItIsReleased() throws Exception {
        commit(learn(30));

        JsonNode made = served.post("/v1/copies", "{}").get("copies");
        learn(5);

        assertThat(made).hasSize(SHARDS);
        JsonNode copy = made.get(1);
        assertThat(copy.get("shard").asInt()).isEqualTo(1);
        String path = "/v1/copies/1/" + copy.get("copy").asText();
        for (JsonNode file : copy.get("files")) {
            long size = file.get("bytes").asLong();
            String name = path + "/" + file.get("name").asText() + "?from=";
            assertThat(served.send("GET", name + size, "").body()).isEmpty();
            assertThat(served.send("GET", name + "0", "").headers().firstValueAsLong("Content-Length"))
                    .hasValue(Math.min(1000, size));
        }
        served.problem("GET", path + "/nothing", "", 422);
        served.problem("GET", "/v1/copies/2/1/CURRENT", "", 404);
        served.problem("GET", "/v1/copies/1/none/CURRENT", "", 404);
        served.post("/v1/copies", "{}");
        assertThat(served.problem("POST", "/v1/copies", "{}", 503).get("detail").asText())
                .contains("2 copies of shard 0");

        assertThat(served.send("DELETE", path, "").statusCode()).isEqualTo(204);
        assertThat(served.problem("GET", path + "/CURRENT", "", 404)
                        .get("detail")
                        .asText())
                .contains("make another one");
    }

    @Test
    void shouldKeepTheFileOfBeforeWhereTheServiceIsAway() throws IOException {
        commit(learn(10));
        Path to = folder.resolve("out");
        run("export", "arpa", "--instance", address(), "--to", to.toString());
        byte[] before = Files.readAllBytes(to.resolve("driftline.arpa"));
        live.closed(1, stores.get(1));

        assertThat(run("export", "arpa", "--instance", address(), "--to", to.toString()))
                .isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString()).contains("503").contains("elsewhere");
        assertThat(Files.readAllBytes(to.resolve("driftline.arpa"))).isEqualTo(before);
        try (Stream<Path> left = Files.list(to)) {
            assertThat(left).containsExactly(to.resolve("driftline.arpa"));
        }
    }
}
