package dev.driftline.demo;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.NeuralKeys;
import dev.driftline.config.keys.TrainingKeys;
import dev.driftline.network.trainer.TrainerProgress;
import dev.driftline.service.DriftlineService;
import dev.driftline.serving.http.HttpEndpoint;
import dev.driftline.serving.query.ModelChoice;
import dev.driftline.serving.routes.ModelServer;
import dev.driftline.topology.TopologySettings;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** The service in this process, with its dashboard. */
final class LocalService implements DemoService {

    private final DriftlineService service;
    private final HttpEndpoint server;
    private final CompletableFuture<Void> stopped;
    private final LiveModel model;
    private final boolean hasNetwork;
    private final long firstTokens;

    private LocalService(DriftlineService service, HttpEndpoint server, DriftlineConfig config) {
        this.service = service;
        this.server = server;
        this.stopped = service.stopped().toCompletableFuture();
        this.model = new LiveModel(service, TopologySettings.of(config));
        this.hasNetwork = !config.get(NeuralKeys.MODEL).equals(NeuralKeys.NO_MODEL);
        this.firstTokens = config.get(TrainingKeys.BOOTSTRAP_TOKENS);
    }

    static DemoService start(DriftlineConfig config) {
        DriftlineService service = new DriftlineService(config);
        HttpEndpoint server = ModelServer.start(config, service);
        try {
            service.answersAt(server.advertised());
            service.start();
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
        return new LocalService(service, server, config);
    }

    @Override
    public void check() throws IOException {
        if (stopped.isDone()) {
            try {
                stopped.get();
            } catch (ExecutionException e) {
                Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
                throw new IOException("the service has stopped: " + cause.getMessage(), cause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new IOException("the service has stopped");
        }
    }

    @Override
    public String network() {
        if (!hasNetwork) {
            return "";
        }
        TrainerProgress trainer = service.trainerProgress();
        String taught = Figures.count(trainer.tokensTaught()) + " tokens of this pass";
        return service.activeSnapshot()
                .get()
                .map(snapshot -> "network " + snapshot.version()
                        + switch (trainer.activity()) {
                            case TEACHING -> ", the next is being trained: " + taught;
                            case IDLE -> ", waiting for text to train the next on";
                            case FOLLOWING -> ", taking the next in";
                            case ELSEWHERE -> "";
                        })
                .orElse(
                        trainer.activity() == TrainerProgress.Activity.TEACHING
                                ? "the first network is being trained: " + taught
                                : "the first network is made after " + Figures.count(firstTokens) + " tokens");
    }

    @Override
    public boolean isNetworkReady() {
        return !hasNetwork || service.activeSnapshot().get().isPresent();
    }

    @Override
    public String dashboard() {
        return server.address() + "/";
    }

    @Override
    public List<String> samples(int most) {
        return model.samples(ModelChoice.of(ModelChoice.NGRAM), most);
    }

    @Override
    public List<String> networkSamples(int most) {
        return service.activeSnapshot().get().isPresent()
                ? model.samples(ModelChoice.of(ModelChoice.NETWORK), most)
                : List.of();
    }

    @Override
    public List<NextWords> nextWords(List<String> prompts) {
        return model.nextWords(prompts);
    }

    @Override
    public void close() {
        try {
            server.close();
        } finally {
            service.close();
        }
    }
}
