package dev.driftline.metrics;

import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;

/** A scrape in the text format, read line by line: what a reader sees, and not what was meant. */
final class Scrape {

    private final Map<String, Double> series = new LinkedHashMap<>();

    private Scrape() {}

    static Scrape of(MetricSnapshots... parts) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try {
            for (MetricSnapshots part : parts) {
                ExpositionFormats.init().getPrometheusTextFormatWriter().write(text, part);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return of(text.toString(StandardCharsets.UTF_8));
    }

    static Scrape of(String text) {
        Scrape scrape = new Scrape();
        text.lines().filter(line -> !line.startsWith("#") && !line.isBlank()).forEach(line -> {
            int space = line.lastIndexOf(' ');
            scrape.series.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
        });
        return scrape;
    }

    /** The value of a series as it is written: {@code name{label="value"}}, labels by name. */
    double value(String name) {
        Double value = series.get(name);
        if (value == null) {
            throw new NoSuchElementException(name + " is not among " + series.keySet());
        }
        return value;
    }

    double sum(String metric) {
        return series.entrySet().stream()
                .filter(entry -> entry.getKey().replaceFirst("\\{.*", "").equals(metric))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    long count(String metric) {
        return series.keySet().stream()
                .filter(name -> name.replaceFirst("\\{.*", "").equals(metric))
                .count();
    }

    int size() {
        return series.size();
    }
}
