package dev.driftline.torture;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.driftline.torture.fault.FaultKind;
import dev.driftline.torture.fault.Moment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What has happened, in words and as JSON. Thread-safe. */
final class Report {

    private final List<Done> faults = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();
    private final List<String> ends = new ArrayList<>();

    synchronized void add(Done done) {
        faults.add(done);
    }

    /** Lines that instances wrote about what went wrong. */
    synchronized void wrong(Collection<String> lines) {
        wrong.addAll(lines);
    }

    /** A process ended without being asked to. */
    synchronized void ended(String how) {
        ends.add(how);
    }

    /** Faults that hit something. */
    synchronized int hits() {
        return (int) faults.stream().filter(done -> done.struck().hit()).count();
    }

    /** Faults that hit something, by kind. */
    synchronized Map<FaultKind, Integer> hitsByKind() {
        Map<FaultKind, Integer> counts = new EnumMap<>(FaultKind.class);
        faults.stream()
                .filter(done -> done.struck().hit())
                .forEach(done -> counts.merge(done.planned().kind(), 1, Integer::sum));
        return counts;
    }

    private Map<FaultKind, Map<Moment, Integer>> moments() {
        Map<FaultKind, Map<Moment, Integer>> counts = new EnumMap<>(FaultKind.class);
        for (Done done : faults) {
            for (Moment moment : done.struck().moments()) {
                counts.computeIfAbsent(done.planned().kind(), kind -> new EnumMap<>(Moment.class))
                        .merge(moment, 1, Integer::sum);
            }
        }
        return counts;
    }

    /** The lines of the end. */
    synchronized String text() {
        StringBuilder text = new StringBuilder();
        Map<FaultKind, Integer> byKind = hitsByKind();
        Map<FaultKind, Map<Moment, Integer>> moments = moments();
        byKind.forEach((kind, count) -> {
            text.append(String.format(Locale.ROOT, "  %-16s %4d", kind.label(), count));
            List<String> during = new ArrayList<>();
            moments.getOrDefault(kind, Map.of())
                    .forEach((moment, times) -> during.add(
                            (moment == Moment.ANY ? moment.words() : "during " + moment.words()) + ": " + times));
            text.append("   ").append(String.join(", ", during)).append(System.lineSeparator());
        });
        long[] recovery = recovery();
        text.append(String.format(
                Locale.ROOT,
                "  %d faults; %d more hit nothing. Healthy again after %.1f s (median), %.1f s (longest)%n",
                hits(),
                faults.size() - hits(),
                recovery.length == 0 ? 0 : recovery[recovery.length / 2] / 1e3,
                recovery.length == 0 ? 0 : recovery[recovery.length - 1] / 1e3));
        long never = faults.stream()
                .filter(done -> done.struck().hit() && done.healthyAfterMillis().isEmpty())
                .count();
        if (never > 0) {
            text.append("  never seen healthy again before the next fault or the end: ")
                    .append(never)
                    .append(System.lineSeparator());
        }
        if (!ends.isEmpty()) {
            text.append("  processes that ended by themselves, and were started again: ")
                    .append(ends.size())
                    .append(System.lineSeparator());
            ends.stream()
                    .limit(3)
                    .forEach(end -> text.append("    ")
                            .append(end.lines().findFirst().orElse(end))
                            .append(System.lineSeparator()));
        }
        return text.toString();
    }

    private long[] recovery() {
        return faults.stream()
                .filter(done -> done.struck().hit())
                .flatMapToLong(done -> done.healthyAfterMillis().stream())
                .sorted()
                .toArray();
    }

    /**
     * Writes it as JSON.
     *
     * @param about what was run, and where
     * @param verified empty where it did not come to that
     */
    synchronized void write(Path file, Map<String, Object> about, Optional<Verification.Result> verified) {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        about.forEach(root::putPOJO);
        root.put("faults_hit", hits());
        root.put("faults_that_hit_nothing", faults.size() - hits());
        ObjectNode byKind = root.putObject("by_kind");
        hitsByKind().forEach((kind, count) -> byKind.put(kind.label(), count));
        ObjectNode byMoment = root.putObject("moments");
        moments().forEach((kind, moments) -> {
            ObjectNode one = byMoment.putObject(kind.label());
            moments.forEach((moment, count) -> one.put(moment.name().toLowerCase(Locale.ROOT), count));
        });
        long[] recovery = recovery();
        root.put("healthy_after_ms_median", recovery.length == 0 ? 0 : recovery[recovery.length / 2]);
        root.put("healthy_after_ms_longest", Arrays.stream(recovery).max().orElse(0));
        root.putPOJO("ended_by_themselves", ends);
        verified.ifPresent(result -> {
            ObjectNode one = root.putObject("verification");
            one.put("records", result.records());
            one.put("scored", result.scored());
            one.put("dead_letters", result.deadLetters());
            one.put("tokens", result.tokens());
            one.put("ngrams", result.ngrams());
            one.put("difference", result.difference().orElse(null));
        });
        var list = root.putArray("faults");
        for (Done done : faults) {
            Map<String, Object> one = new TreeMap<>();
            one.put("number", done.planned().number());
            one.put("kind", done.planned().kind().label());
            one.put("planned_at_ms", done.planned().atMillis());
            one.put("struck_at_ms", done.struckAtMillis());
            one.put("aimed_at", done.planned().moment().name().toLowerCase(Locale.ROOT));
            one.put("target", done.struck().target());
            one.put(
                    "moments",
                    done.struck().moments().stream()
                            .map(moment -> moment.name().toLowerCase(Locale.ROOT))
                            .toList());
            one.put("note", done.struck().note());
            done.healthyAfterMillis().ifPresent(millis -> one.put("healthy_after_ms", millis));
            list.addPOJO(one);
        }
        root.putPOJO("said_by_instances", wrong);
        try {
            Files.writeString(file, mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
