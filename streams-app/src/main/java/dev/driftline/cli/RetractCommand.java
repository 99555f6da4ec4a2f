package dev.driftline.cli;

import dev.driftline.cli.options.ConfigOptions;
import dev.driftline.cli.options.GivenOptions;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.input.DocumentOrigin;
import dev.driftline.recall.DocumentPlace;
import dev.driftline.recall.DocumentSearch;
import dev.driftline.recall.FoundRecord;
import dev.driftline.recall.Retracting;
import dev.driftline.schemas.Retraction;
import dev.driftline.schemas.RetractionOutcome;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.CtrlC;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import dev.driftline.terminal.ProgressLine;
import dev.driftline.terminal.Screen;
import dev.driftline.verify.log.VerifyProgress;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code driftline retract}: takes documents out of the model again. */
@Command(
        name = "retract",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Take documents out of the model again, as if they had never been learned.",
            "It reads the documents topic and the text topic to find them, publishes a retraction with the same text to the same "
                    + "partition, and waits for the answer of the service. Records that are in the topics stay there until "
                    + "retention deletes them."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            " 0:taken out, now or before",
            " 1:failed, or something was not taken out; the answer says why",
            " 2:wrong command line or configuration",
            " 3:no answer within --timeout; it may still come",
            " 4:no document has this id, or is of this source",
            " 5:several documents have this id; --offset or --all says which is meant",
            "130:stopped by Ctrl-C; run it again to go on"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  driftline retract order-4711 --config driftline.properties",
            "  driftline retract order-4711 --offset 3:18204",
            "  driftline retract --source 'customer 12' --dry-run"
        })
final class RetractCommand implements Callable<Integer> {

    private static final Duration PRINTED = Duration.ofSeconds(5);
    private static final Pattern PLACE = Pattern.compile("(?:(documents|text):)?(\\d{1,9}):(\\d{1,18})");

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "ID", description = "Ids of the documents.")
    private List<String> ids = List.of();

    @Option(
            names = "--source",
            paramLabel = "NAME",
            description = "Take out every document of this source, and drop what is known of the source itself.")
    private @Nullable String source;

    @Option(
            names = "--offset",
            paramLabel = "PARTITION:OFFSET",
            description =
                    "The record that is meant, of the documents topic or else of the text topic; documents:PARTITION:OFFSET and text:PARTITION:OFFSET say which. Nothing is searched.")
    private @Nullable String offset;

    @Option(names = "--all", description = "Without --offset: take out all documents that have the id.")
    private boolean all;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description =
                    "With --source: retract at most this many documents a second, 0 or more; 0 for no limit. Default: ${DEFAULT-VALUE}.")
    private double rate = 500;

    @Option(names = "--dry-run", description = "List what would be taken out, and publish nothing.")
    private boolean dryRun;

    @Option(
            names = "--no-wait",
            description = "Without --dry-run: publish the retraction and do not wait for its answer.")
    private boolean noWait;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description =
                    "Give up when no answer has come, or no record that the brokers have, for this many seconds, 1 or more. Default: ${DEFAULT-VALUE}.")
    private int timeoutSeconds = 60;

    @Option(names = "--json", description = "Print one JSON object a document, or one for a source.")
    private boolean json;

    @Mixin
    private ConfigOptions config;

    private boolean isIncomplete;
    private boolean isLate;

    @Override
    public Integer call() {
        checkOptions();
        Optional<Place> place = Optional.ofNullable(offset).map(this::place);
        DriftlineConfig loaded = config.loadToConnect();
        Duration timeout = Duration.ofSeconds(timeoutSeconds);
        try (CtrlC ctrlC = CtrlC.then(() -> {});
                Screen screen = Screen.on(spec.commandLine().getErr())) {
            VerifyProgress progress = progress(screen, ctrlC);
            try (DocumentSearch search = new DocumentSearch(loaded, timeout, progress)) {
                if (source != null) {
                    return ofSource(source, search, () -> retracting(loaded, search, timeout, progress), screen);
                }
                Map<String, List<DocumentPlace>> found = place.isPresent()
                        ? Map.of(ids.get(0), List.of(at(search, place.get())))
                        : search.ofIds(new LinkedHashSet<>(ids));
                screen.clear();
                return ofIds(found, search, () -> retracting(loaded, search, timeout, progress), screen);
            } catch (CancellationException stopped) {
                return ExitCodes.INTERRUPTED;
            } finally {
                screen.clear();
            }
        }
    }

    /** Connects only when something is to be published. */
    private interface Connection {
        Retracting open();
    }

    private Retracting retracting(
            DriftlineConfig loaded, DocumentSearch search, Duration timeout, VerifyProgress progress) {
        return new Retracting(loaded, search, !noWait, timeout, progress);
    }

    private void checkOptions() {
        GivenOptions.of(spec).only(source == null, "without --source", "--offset", "--all");
        if (source == null == ids.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    source == null
                            ? "nothing to retract: name the ids of documents, or a source with --source"
                            : "--source takes out all documents of the source: leave the ids out");
        }
        if (ids.contains("") || source != null && source.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "an id or a source is not empty");
        }
        if (offset != null && ids.size() != 1) {
            throw new ParameterException(spec.commandLine(), "--offset is the place of one document: name one id");
        }
    }

    /** Where the user says that the document is; the topic is null where he does not say. */
    private record Place(@Nullable String topic, int partition, long offset) {}

    private Place place(String text) {
        Matcher parts = PLACE.matcher(text.strip());
        if (!parts.matches()) {
            throw GivenOptions.of(spec).wrong("--offset", text, "PARTITION:OFFSET, such as 3:18204 or text:3:18204");
        }
        return new Place(parts.group(1), Integer.parseInt(parts.group(2)), Long.parseLong(parts.group(3)));
    }

    private DocumentPlace at(DocumentSearch search, Place place) {
        List<String> topics = "documents".equals(place.topic())
                ? List.of(search.documentsTopic())
                : "text".equals(place.topic())
                        ? List.of(search.textTopic())
                        : List.of(search.documentsTopic(), search.textTopic());
        for (String topic : topics) {
            Optional<FoundRecord> record = search.at(new DocumentOrigin(topic, place.partition(), place.offset()))
                    .filter(found -> found.id().equals(ids.get(0)));
            if (record.isPresent()) {
                if (record.get().isRetraction()) {
                    throw new CommandFailedException(
                            DocumentPlace.where(record.get().origin()) + " is a retraction, and was never learned");
                }
                return DocumentPlace.of(record.get());
            }
        }
        throw new CommandFailedException(
                "partition " + place.partition() + ", offset " + place.offset() + " of " + String.join(" or ", topics)
                        + " is not document '" + ids.get(0) + "'",
                ExitCodes.NOT_FOUND);
    }

    private int ofIds(
            Map<String, List<DocumentPlace>> found, DocumentSearch search, Connection connection, Screen screen) {
        int code = ExitCodes.OK;
        List<DocumentPlace> chosen = new ArrayList<>();
        Map<String, Map<String, Object>> results = new LinkedHashMap<>();
        for (Map.Entry<String, List<DocumentPlace>> entry : found.entrySet()) {
            String id = entry.getKey();
            List<DocumentPlace> open =
                    entry.getValue().stream().filter(DocumentPlace::isOpen).toList();
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("id", id);
            result.put(
                    "documents",
                    entry.getValue().stream().map(RetractCommand::asMap).toList());
            results.put(id, result);
            boolean isUnclear = open.size() > 1 && !all;
            if (!open.isEmpty() && !isUnclear) {
                chosen.addAll(open);
                if (dryRun) {
                    open.forEach(place -> say("would be taken out: '" + id + "', " + described(place)));
                }
                continue;
            }
            code = Math.max(code, refuse(id, entry.getValue(), open, search));
        }
        List<Retraction> answers = new ArrayList<>();
        if (!dryRun && !chosen.isEmpty()) {
            try (Retracting retracting = connection.open()) {
                for (DocumentPlace place : chosen) {
                    FoundRecord record = search.at(place.origin())
                            .orElseThrow(() -> new CommandFailedException(
                                    place.where() + " has been deleted by retention meanwhile: nothing is published"));
                    DocumentOrigin retraction = retracting.ask(record);
                    screen.clear();
                    if (noWait) {
                        say("published: the retraction of '" + record.id() + "' is in "
                                + DocumentPlace.where(retraction));
                    }
                }
                isLate = !retracting.await(answer -> {
                    screen.clear();
                    answers.add(answer);
                    print(answer);
                });
            }
        }
        answers.forEach(answer -> isIncomplete |= !DocumentPlace.isGone(answer));
        if (json) {
            results.forEach((id, result) -> {
                result.put(
                        "answers",
                        answers.stream()
                                .filter(answer -> answer.getId().equals(id))
                                .map(PlainJson::of)
                                .toList());
                out().println(PlainJson.line(result));
            });
        }
        out().flush();
        return finish(code);
    }

    /** Says why nothing of an id is to be taken out. */
    private int refuse(String id, List<DocumentPlace> found, List<DocumentPlace> open, DocumentSearch search) {
        if (found.isEmpty()) {
            complain("document '" + id + "' is not in " + search.documentsTopic() + " or " + search.textTopic()
                    + ": the id is wrong, or retention has deleted it; then publish its text again with retract=true");
            return ExitCodes.NOT_FOUND;
        }
        if (open.size() > 1) {
            complain("document '" + id + "' is there " + open.size() + " times: choose one with --offset, or --all");
            open.forEach(place -> complain("  " + described(place)));
            return ExitCodes.SEVERAL;
        }
        if (found.stream().allMatch(place -> place.state() == DocumentPlace.State.NEVER_LEARNED)) {
            complain("document '" + id + "' was published with learn=false and was never learned: "
                    + described(found.get(0)));
            return ExitCodes.FAILED;
        }
        found.forEach(place -> say("'" + id + "', " + described(place)));
        return ExitCodes.OK;
    }

    private int ofSource(String name, DocumentSearch search, Connection connection, Screen screen) {
        long[] listed = {0};
        if (dryRun) {
            long found = search.ofSource(name, record -> {
                listed[0]++;
                screen.clear();
                say("would be taken out: '" + record.id() + "', " + described(DocumentPlace.of(record)));
            });
            screen.clear();
            say(String.format(
                    Locale.ROOT, "%,d %s of source '%s'", listed[0], listed[0] == 1 ? "document" : "documents", name));
            if (json) {
                out().println(PlainJson.line(Map.of("source", name, "documents", listed[0])));
            }
            out().flush();
            return found == 0 ? refuseSource(name, search, "") : ExitCodes.OK;
        }
        Map<RetractionOutcome, Long> outcomes = new EnumMap<>(RetractionOutcome.class);
        long published;
        long found;
        try (Retracting retracting = connection.open()) {
            isLate = !retracting.askForSource(name, rate, answer -> {
                outcomes.merge(answer.getOutcome(), 1L, Long::sum);
                if (!DocumentPlace.isGone(answer) && answer.getOutcome() != RetractionOutcome.SOURCE_DROPPED) {
                    isIncomplete = true;
                    screen.clear();
                    print(answer);
                }
            });
            published = retracting.published();
            found = retracting.found();
        }
        screen.clear();
        Map<String, Object> counts = new LinkedHashMap<>();
        outcomes.forEach((outcome, count) -> counts.put(outcome.name().toLowerCase(Locale.ROOT), count));
        if (json) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("source", name);
            result.put("published", published);
            result.put("outcomes", counts);
            out().println(PlainJson.line(result));
        } else {
            out().printf(
                            Locale.ROOT,
                            "source '%s': %,d %s published%s%n",
                            name,
                            published,
                            published == 1 ? "retraction" : "retractions",
                            noWait ? "" : "; " + counts);
        }
        out().flush();
        return finish(
                found == 0
                        ? refuseSource(name, search, "; what is known of the source itself is dropped")
                        : ExitCodes.OK);
    }

    private int refuseSource(String name, DocumentSearch search, String done) {
        complain("no document of source '" + name + "' is in " + search.documentsTopic() + " or " + search.textTopic()
                + ": the name is wrong, or retention has deleted them, and what was learned of them stays" + done);
        return ExitCodes.NOT_FOUND;
    }

    private int finish(int code) {
        if (isLate) {
            complain("no answer came for " + timeoutSeconds
                    + " s: is the service running? Retractions are taken up when it is;"
                    + " a record that cannot be read is in `driftline dead-letters`");
            return ExitCodes.TIMED_OUT;
        }
        return code == ExitCodes.OK && isIncomplete ? ExitCodes.FAILED : code;
    }

    private void print(Retraction answer) {
        if (json) {
            return;
        }
        out().printf(
                        Locale.ROOT,
                        "%s '%s': %,d tokens. %s%s%n",
                        answer.getOutcome(),
                        answer.getId(),
                        answer.getTokens(),
                        answer.getReason(),
                        answer.getRemains() == null ? "" : " Remains: " + answer.getRemains());
        out().flush();
    }

    private static String described(DocumentPlace place) {
        return place.where() + ", source '" + place.source() + "', published " + place.publishedAt()
                + switch (place.state()) {
                    case LIVE -> "";
                    case ASKED -> ", asked to be taken out without an answer yet";
                    case RETRACTED -> ", has been taken out";
                    case NEVER_LEARNED -> ", never learned";
                };
    }

    private static Map<String, Object> asMap(DocumentPlace place) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("topic", place.origin().topic());
        map.put("partition", place.origin().partition());
        map.put("offset", place.origin().offset());
        map.put("source", place.source());
        map.put("published_at", place.publishedAt().toString());
        map.put("state", place.state().name().toLowerCase(Locale.ROOT));
        return map;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private void say(String line) {
        if (!json) {
            out().println(line);
            out().flush();
        }
    }

    private void complain(String line) {
        spec.commandLine().getErr().println("driftline: " + line);
    }

    private static VerifyProgress progress(Screen screen, CtrlC ctrlC) {
        ProgressLine line = new ProgressLine(screen, PRINTED);
        return (step, done, total) -> {
            if (ctrlC.pressed()) {
                throw new CancellationException("Ctrl-C");
            }
            if (total > 0) {
                line.show(() -> String.format(Locale.ROOT, "%s: %,d of %,d", step, done, total));
            }
        };
    }
}
