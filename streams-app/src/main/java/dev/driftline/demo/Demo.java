package dev.driftline.demo;

import dev.driftline.codec.FolderTree;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.InputKeys;
import dev.driftline.config.keys.ModelKeys;
import dev.driftline.config.keys.NeuralKeys;
import dev.driftline.config.keys.OutputKeys;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.config.keys.TrainingKeys;
import dev.driftline.corpus.BrownDownload;
import dev.driftline.corpus.CorpusFormat;
import dev.driftline.corpus.CorpusReader;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.Screen;
import dev.driftline.text.Tokenizers;
import dev.driftline.topics.TopicAdmin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams a corpus through a broker, a registry and the service, all on this machine, and shows what comes out.
 *
 * <p>One thread calls {@link #run}; {@link #stop} may be called from another, at any time, once or more.
 */
public final class Demo {

    private static final Logger LOG = LoggerFactory.getLogger(Demo.class);

    private static final long REDRAW_MILLIS = 250;
    private static final long PRINT_MILLIS = 3_000;
    private static final long STALLED_MILLIS = 180_000;
    private static final int SOURCES_SHOWN = 16;
    private static final int SOURCES_PRINTED = 4;

    /** A network that one of two cores can train while the corpus goes by: the first soon, then one every few seconds. */
    private static final Map<String, String> SMALL_NETWORK = Map.ofEntries(
            // Every document is to have its score from the network, so the stream goes as fast as that does.
            Map.entry(NeuralKeys.SCORING_POLICY.name(), "wait"),
            Map.entry(NeuralKeys.SIZE.name(), "128"),
            Map.entry(NeuralKeys.CUTOFFS.name(), "1000,4000"),
            Map.entry(TrainingKeys.BOOTSTRAP_TOKENS.name(), "20000"),
            Map.entry(TrainingKeys.BOOTSTRAP_PASSES.name(), "3"),
            Map.entry(TrainingKeys.TOKENS.name(), "30000"),
            Map.entry(TrainingKeys.PASSES.name(), "1"),
            Map.entry(TrainingKeys.REPLAY.name(), "0.5"),
            Map.entry(TrainingKeys.LEARNING_RATE.name(), "0.004"));

    private final DemoOptions options;
    private final Screen screen;
    private final DemoService.Starter starter;
    private final OpenResources resources = new OpenResources();
    private @Nullable Thread interruptible;
    private volatile boolean stopped;

    /** A demo, not started; what it has to say goes to {@code screen}. */
    public Demo(DemoOptions options, Screen screen) {
        this(options, screen, LocalService::start);
    }

    Demo(DemoOptions options, Screen screen, DemoService.Starter starter) {
        this.options = options;
        this.screen = screen;
        this.starter = starter;
    }

    /** Ends {@link #run} soon, with what there is until then. */
    public synchronized void stop() {
        if (!stopped) {
            screen.line("Stopping …");
        }
        stopped = true;
        if (interruptible != null) {
            interruptible.interrupt();
        }
    }

    /**
     * Runs the demo. Whatever happens, nothing that it started is running afterwards.
     *
     * @return whether it came to its end; false where it was stopped
     * @throws IOException if it failed, with a message for the person who started it
     */
    public boolean run() throws IOException {
        Throwable failure = null;
        boolean complete = false;
        try {
            begin();
            complete = stream();
        } catch (InterruptedException | InterruptException e) {
            complete = false;
        } catch (IOException | RuntimeException e) {
            // A stop makes half-done calls fail in many ways; it is a stop all the same.
            if (!stopped) {
                failure = e;
                throw e;
            }
        } finally {
            end();
            if (failure == null) {
                resources.closeAll();
            } else {
                closeAfter(failure);
            }
        }
        say(complete);
        return complete;
    }

    private void closeAfter(Throwable failure) {
        try {
            resources.closeAll();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private synchronized void begin() throws InterruptedException {
        if (stopped) {
            throw new InterruptedException();
        }
        interruptible = Thread.currentThread();
    }

    /** From here on a stop changes nothing: closing is not to be interrupted. */
    private synchronized void end() {
        interruptible = null;
        Thread.interrupted();
    }

    private boolean stream() throws IOException, InterruptedException {
        // A wrong setting is to be found before anything is fetched or started.
        config("localhost:9092", "http://localhost:8081");
        Path corpus = options.text().input().isPresent()
                ? options.text().input().get()
                : new BrownDownload(options.text().cache()).fetch(screen::line);
        CorpusReader reader = options.text().wholeFile()
                ? CorpusReader.open(corpus, CorpusFormat.WHOLE_FILE)
                : CorpusReader.open(corpus);
        resources.add(reader::close);
        if (!reader.hasNext()) {
            throw new CommandFailedException("there is no document in " + corpus + ": the file is empty");
        }
        ResultFiles files = ResultFiles.in(options.results().output());
        WordCounts words = new WordCounts();
        DemoResults results = new DemoResults(files, corpus, words);
        resources.add(() -> finish(results));
        DemoLog log = DemoLog.to(files.folder().resolve("driftline.log"));
        resources.add(log::close);

        screen.line("Starting a broker, a schema registry and the service on this machine …");
        DemoCluster cluster = DemoCluster.start(starting());
        resources.add(cluster::close);
        screen.clear();
        DriftlineConfig config = config(cluster.bootstrapServers(), cluster.registryUrl());
        try (TopicAdmin admin = new TopicAdmin(config)) {
            admin.create();
            admin.registerSchemas();
        }
        DemoService service = starter.start(config);
        resources.add(service::close);
        screen.line("  Driftline, order " + options.model().order() + ", "
                + (options.model().shards() == 1 ? "one shard" : options.model().shards() + " shards"));
        screen.line("  The dashboard: " + service.dashboard());
        OutputFollower follower = OutputFollower.start(config, results);
        resources.add(follower::close);
        Pace pace = new Pace(options.text().pace(), config.get(TrainingKeys.BOOTSTRAP_TOKENS), service::isNetworkReady);
        CorpusFeed feed = CorpusFeed.start(
                config,
                reader,
                Tokenizers.named(options.text().tokenizer()),
                options.text().limit(),
                pace,
                words);
        resources.add(feed::close);
        if (options.text().pace() > 0) {
            screen.line("Streaming " + Figures.count(options.text().pace())
                    + " tokens a second, so that the network can be" + " trained meanwhile (--pace, --no-network).");
        }
        screen.line("Streaming " + corpus + ". Perplexity is the mixture's: of the last " + SourceTable.RECENT
                + " documents of a source, and so far.");
        follow(results, feed, follower, service, reader);
        results.completed();
        results.talk(
                service.samples(3),
                service.networkSamples(3),
                service.nextWords(options.results().prompts()));
        results.show(screen);
        if (options.results().stay()) {
            screen.line("");
            screen.line("The dashboard stays at " + service.dashboard() + " until Ctrl-C.");
            stay(service);
        }
        return true;
    }

    /** Until it is stopped, which is then its end. */
    private void stay(DemoService service) throws IOException {
        try {
            while (!stopped) {
                service.check();
                Thread.sleep(200);
            }
        } catch (InterruptedException e) {
            LOG.debug("The demo was stopped while it stayed up");
        }
    }

    private DemoCluster.Progress starting() {
        return new DemoCluster.Progress() {
            @Override
            public void ready(String what) {
                screen.line("  " + what);
            }

            @Override
            public void waiting(long seconds) {
                screen.block(List.of("  … " + seconds + " s"));
            }
        };
    }

    private DriftlineConfig config(String bootstrapServers, String registryUrl) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put(ServiceKeys.APPLICATION_ID.name(), "driftline-demo");
        settings.put(TopicKeys.REPLICATION_FACTOR.name(), "1");
        // One partition: documents are learned in the order of the corpus, as `evaluate` does.
        settings.put(TopicKeys.PARTITIONS.name(), "1");
        settings.put(ServiceKeys.COMMIT_INTERVAL_MS.name(), "500");
        if (options.model().network()) {
            settings.putAll(SMALL_NETWORK);
        } else {
            settings.put(NeuralKeys.MODEL.name(), NeuralKeys.NO_MODEL);
        }
        // The dashboard shows what each model thought of each word.
        settings.put(OutputKeys.SCORES_EXPERT_SURPRISALS.name(), "true");
        settings.putAll(options.model().settings());
        settings.put(TopicKeys.SHARDS.name(), Integer.toString(options.model().shards()));
        settings.put(ModelKeys.ORDER.name(), Integer.toString(options.model().order()));
        settings.put(InputKeys.TOKENIZER.name(), options.text().tokenizer());
        settings.put(ServiceKeys.STATE_DIR.name(), stateFolder().toString());
        settings.put(ServiceKeys.BOOTSTRAP_SERVERS.name(), bootstrapServers);
        settings.put(ServiceKeys.SCHEMA_REGISTRY_URL.name(), registryUrl);
        return DriftlineConfig.of(settings);
    }

    private Path stateFolder() {
        return options.results().output().resolve("state").toAbsolutePath();
    }

    private void follow(
            DemoResults results, CorpusFeed feed, OutputFollower follower, DemoService service, CorpusReader reader)
            throws IOException, InterruptedException {
        long interval = screen.live() ? REDRAW_MILLIS : PRINT_MILLIS;
        long drawn = System.nanoTime();
        long moved = System.nanoTime();
        long settled = 0;
        results.started();
        if (!screen.live()) {
            screen.line(SourceTable.head());
        }
        while (true) {
            feed.check();
            follower.check();
            service.check();
            if (feed.finished() && results.allScored(feed.documents())) {
                break;
            }
            results.decisions().news().forEach(screen::line);
            results.drifts().news().forEach(screen::line);
            long now = System.nanoTime();
            if (results.settled() != settled) {
                settled = results.settled();
                moved = now;
            }
            if (millis(now - moved) > STALLED_MILLIS) {
                throw new IOException("no score came for " + STALLED_MILLIS / 1000 + " s: see "
                        + options.results().output().resolve("driftline.log"));
            }
            if (millis(now - drawn) >= interval) {
                drawn = now;
                draw(results, feed, service, reader);
            }
            Thread.sleep(50);
        }
        draw(results, feed, service, reader);
        screen.keepBlock();
    }

    private void draw(DemoResults results, CorpusFeed feed, DemoService service, CorpusReader reader) {
        String progress = results.progress(
                feed.finished() ? feed.documents() : -1,
                (double) reader.bytesRead() / Math.max(1, reader.bytesTotal()));
        if (screen.live()) {
            List<String> block = new ArrayList<>();
            block.add("");
            block.add(SourceTable.head());
            block.addAll(results.table().lines(SOURCES_SHOWN));
            block.add("");
            block.add(progress);
            block.add(network(feed, service));
            screen.block(block);
        } else {
            results.table().changedLines(SOURCES_PRINTED).forEach(screen::line);
            String network = network(feed, service);
            screen.line(network.isEmpty() ? progress : progress + "; " + network);
        }
    }

    private static String network(CorpusFeed feed, DemoService service) {
        return service.network() + (feed.waitsForNetwork() ? "; the stream waits for it" : "");
    }

    private static long millis(long nanos) {
        return nanos / 1_000_000;
    }

    private void finish(DemoResults results) throws IOException {
        if (stopped && !results.isComplete() && results.settled() > 0) {
            screen.keepBlock();
            results.show(screen);
        }
        results.close();
        if (!options.results().keepState()) {
            FolderTree.delete(stateFolder());
        }
        if (results.settled() == 0 && stopped) {
            FolderTree.delete(options.results().output());
        }
    }

    private void say(boolean complete) {
        if (Files.exists(options.results().output())) {
            screen.line((complete ? "Everything is in " : "Stopped. What there was until then is in ")
                    + options.results().output() + ": " + ResultFiles.SCORES + ", " + ResultFiles.PREDICTIONS + ", "
                    + ResultFiles.SUMMARY + (options.results().keepState() ? ", state (the model)" : "")
                    + ", driftline.log. Nothing is left running.");
        } else {
            screen.line("Stopped before anything was scored. Nothing is left running.");
        }
    }
}
