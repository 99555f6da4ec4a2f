package dev.driftline.metrics;

import dev.driftline.service.DriftlineService;
import dev.driftline.topology.TopologySettings;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that Prometheus may scrape of an instance: the model, the service, Kafka's clients, HTTP and the JVM. One an
 * instance, made before the service starts; thread-safe. {@link #close} leaves the service as it is.
 *
 * <p>The hot path pays for a document, never for a token: two sums under a lock, a look into a table of sources, two
 * histograms. All else is read when it is scraped.
 */
public final class ServiceMetrics implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ServiceMetrics.class);

    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private static final Duration[] ANSWERS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2500),
        Duration.ofSeconds(10)
    };

    private record Answer(String method, String route, int status) {}

    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<String, Probe> probes = new LinkedHashMap<>();
    private final Map<String, Long> failures = new ConcurrentHashMap<>();
    private final Map<Answer, Timer> answers = new ConcurrentHashMap<>();
    private final List<AutoCloseable> bound = new ArrayList<>();

    /**
     * Begins to count.
     *
     * @param service watched from now on
     * @param settings of the same service
     * @param mostSources sources that have series of their own; all others have one together
     */
    public ServiceMetrics(DriftlineService service, TopologySettings settings, int mostSources) {
        denyWhatPromtoolObjectsTo();
        DocumentMetrics documents = new DocumentMetrics(
                settings.mixture(), mostSources, service.counters().driftStates(), meters);
        service.counters().observedBy(documents);
        probes.put("build", samples -> readBuild(settings, samples));
        probes.put("documents", documents);
        probes.put("service", new ServiceProbe(service, settings.model().forgetting()));
        settings.neural().ifPresent(network -> probes.put("network", new NetworkProbe(service, network.policy())));
        probes.put("kafka", new KafkaProbe(service));
        bindJvm();
        // Not a lambda: the interface has several methods to override, and this is the one that is called.
        meters.getPrometheusRegistry().register(new MultiCollector() {
            @Override
            public MetricSnapshots collect() {
                return read();
            }
        });
    }

    /** Before the first meter: a filter has no effect on meters that are registered already. */
    private void denyWhatPromtoolObjectsTo() {
        // The first is not in seconds, the second a number that is not the count of anything.
        meters.config().meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"));
        meters.config().meterFilter(MeterFilter.denyNameStartsWith("system.cpu.count"));
    }

    private void bindJvm() {
        new JvmMemoryMetrics().bindTo(meters);
        new JvmThreadMetrics().bindTo(meters);
        new ClassLoaderMetrics().bindTo(meters);
        new ProcessorMetrics().bindTo(meters);
        new FileDescriptorMetrics().bindTo(meters);
        new UptimeMetrics().bindTo(meters);
        JvmGcMetrics collections = new JvmGcMetrics();
        collections.bindTo(meters);
        bound.add(collections);
    }

    private static void readBuild(TopologySettings settings, Samples samples) {
        samples.add(
                        DriftlineMetric.BUILD,
                        1,
                        Optional.ofNullable(ServiceMetrics.class.getPackage().getImplementationVersion())
                                .orElse("development"),
                        Runtime.version().toString())
                .add(DriftlineMetric.SHARDS, settings.shards());
    }

    private synchronized MetricSnapshots read() {
        Samples samples = new Samples();
        probes.forEach((name, probe) -> {
            failures.putIfAbsent(name, 0L);
            try {
                probe.read(samples);
            } catch (RuntimeException e) {
                // Streams that are starting or stopping: the rest of the scrape is still worth having.
                failures.merge(name, 1L, Long::sum);
                LOG.warn("The part '{}' of the metrics could not be read", name, e);
            }
        });
        failures.forEach((name, count) -> samples.add(DriftlineMetric.SCRAPE_FAILURES, count, name));
        return samples.snapshots();
    }

    /** The content type of {@link #write} for a reader that says {@code Accept: accept}; null for one that says nothing. */
    public String contentType(String accept) {
        return accept != null && accept.contains("application/openmetrics-text") ? OPEN_METRICS : TEXT;
    }

    /** Writes all metrics, in the form that a reader wants that says {@code Accept: accept}. */
    public void write(String accept, OutputStream out) throws IOException {
        meters.scrape(out, contentType(accept));
    }

    /**
     * Counts an answer over HTTP.
     *
     * @param route the template of the route, of which there are few: {@code /v1/shards/{shard}}
     * @param nanos how long it took
     */
    public void answered(String method, String route, int status, long nanos) {
        answers.computeIfAbsent(
                        new Answer(method, route, status),
                        answer -> Timer.builder(DriftlineMetric.HTTP_REQUEST_DURATION_SECONDS.meter())
                                .description(DriftlineMetric.HTTP_REQUEST_DURATION_SECONDS.help())
                                .tags("method", method, "route", route, "status", Integer.toString(status))
                                .serviceLevelObjectives(ANSWERS)
                                .register(meters))
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        for (AutoCloseable closeable : bound) {
            try {
                closeable.close();
            } catch (Exception e) {
                LOG.warn("Cannot stop reading the JVM's metrics", e);
            }
        }
        meters.close();
    }
}
