package dev.driftline.demo;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.driftline.corpus.CorpusContent;
import dev.driftline.corpus.CorpusEntry;
import dev.driftline.corpus.CorpusFormatException;
import dev.driftline.corpus.CorpusReader;
import dev.driftline.input.DeadLetters;
import dev.driftline.schemas.DriftEvent;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.PromotionDecision;
import dev.driftline.schemas.Score;
import dev.driftline.terminal.Screen;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * All that has come out of the service so far: written to files as it comes, summed up for the screen and the summary.
 * Scores come in on one thread; questions may come from another.
 */
final class DemoResults implements OutputFollower.Listener, AutoCloseable {

    private static final int SURPRISES = 5;
    private static final int SNIPPET = 88;
    private static final long PREDICTIONS_GRACE_NANOS = 10_000_000_000L;

    private final ResultFiles files;
    private final Path corpus;
    private final WordCounts words;
    private final SourceTable table = new SourceTable();
    private final ScoreTotals totals = new ScoreTotals();
    private final NetworkDecisions decisions = new NetworkDecisions();
    private final Drifts drifts = new Drifts();
    private final Map<String, Long> deadLetters = new TreeMap<>();
    private volatile long deadLetterCount;
    private volatile long predictionCount;
    private volatile long lastScore = System.nanoTime();
    private long startedAt = System.nanoTime();
    private boolean complete;
    private List<String> samples = List.of();
    private List<String> networkSamples = List.of();
    private List<DemoService.NextWords> nextWords = List.of();

    DemoResults(ResultFiles files, Path corpus, WordCounts words) {
        this.files = files;
        this.corpus = corpus;
        this.words = words;
    }

    @Override
    public void score(Score score) throws IOException {
        files.add(score);
        table.add(score);
        totals.add(score);
        lastScore = System.nanoTime();
    }

    @Override
    public void prediction(Prediction prediction) throws IOException {
        files.add(prediction);
        predictionCount++;
    }

    @Override
    public void deadLetter(ConsumerRecord<byte[], byte[]> record) {
        Header reason = record.headers().lastHeader(DeadLetters.REASON);
        String why = reason == null ? "unknown" : new String(reason.value(), StandardCharsets.UTF_8);
        synchronized (deadLetters) {
            deadLetters.merge(why, 1L, Long::sum);
        }
        deadLetterCount++;
    }

    @Override
    public void decision(PromotionDecision decision) {
        decisions.add(decision);
    }

    @Override
    public void drift(DriftEvent event) {
        drifts.add(event);
    }

    /** Which sources have changed. */
    Drifts drifts() {
        return drifts;
    }

    /** What was decided on snapshots of the network. */
    NetworkDecisions decisions() {
        return decisions;
    }

    SourceTable table() {
        return table;
    }

    /** Documents that are done with: scored, or refused. */
    long settled() {
        return totals.documents() + deadLetterCount;
    }

    /** Whether {@code published} documents are done with, and their predictions have come or are not coming. */
    boolean allScored(long published) {
        return settled() >= published
                && (predictionCount >= totals.documents() || System.nanoTime() - lastScore > PREDICTIONS_GRACE_NANOS);
    }

    /** The stream begins now. */
    void started() {
        startedAt = System.nanoTime();
    }

    /** The stream has been scored to its end. */
    void completed() {
        complete = true;
    }

    boolean isComplete() {
        return complete;
    }

    /** What the model said when it was asked. */
    void talk(List<String> made, List<String> madeByNetwork, List<DemoService.NextWords> expected) {
        samples = List.copyOf(made);
        networkSamples = List.copyOf(madeByNetwork);
        nextWords = List.copyOf(expected);
    }

    /**
     * One line on how far the stream is.
     *
     * @param documents how many there are, or −1 where that is not known yet
     * @param read the part of the corpus file that has been read
     */
    String progress(long documents, double read) {
        String of = documents >= 0 ? " of " + Figures.count(documents) : "";
        long seconds = (System.nanoTime() - startedAt) / 1_000_000_000L;
        return Figures.count(totals.documents()) + of + " documents scored, " + Figures.count(totals.tokens())
                + " tokens, " + Figures.rate(totals.tokens(), millis()) + " tokens/s, " + seconds + " s"
                + (documents >= 0 ? "" : String.format(Locale.ROOT, ", %.0f %% of the file read", 100 * read))
                + (deadLetterCount > 0 ? ", " + Figures.count(deadLetterCount) + " refused" : "");
    }

    private long millis() {
        return (lastScore - startedAt) / 1_000_000;
    }

    /** Prints the summary. */
    void show(Screen screen) throws IOException {
        files.flush();
        ScoresReview review = review();
        screen.line("");
        screen.line(Figures.count(totals.documents()) + " documents, " + Figures.count(totals.tokens()) + " tokens ("
                + Figures.percent(totals.unknown(), totals.tokens()) + " unknown when they came), "
                + Figures.rate(totals.tokens(), millis())
                + " tokens/s from the first document in to the last score out.");
        showDeadLetters(screen);
        if (totals.documents() == 0) {
            return;
        }
        showModels(screen, review);
        if (!decisions.isEmpty()) {
            screen.line("");
            decisions.summary().forEach(screen::line);
        }
        showSurprises(screen, review);
        if (!samples.isEmpty()) {
            screen.line("");
            screen.line(
                    "Text that the counts make up now (each word drawn from the 40 most probable, temperature 0.8):");
            samples.forEach(sample -> screen.line("  " + Figures.cut(sample, 110)));
        }
        if (!networkSamples.isEmpty()) {
            screen.line("");
            screen.line("Text that the network makes up now (the same way):");
            networkSamples.forEach(sample -> screen.line("  " + Figures.cut(sample, 110)));
        }
        if (!nextWords.isEmpty()) {
            screen.line("");
            screen.line("What the counts expect next:");
            for (DemoService.NextWords next : nextWords) {
                screen.line("  " + next.prompt() + " …  "
                        + next.words().stream()
                                .map(word -> String.format(Locale.ROOT, "%s %.3f", word.word(), word.probability()))
                                .collect(Collectors.joining("  ")));
            }
        }
        screen.line("");
    }

    private void showDeadLetters(Screen screen) {
        synchronized (deadLetters) {
            deadLetters.forEach((why, count) ->
                    screen.line(Figures.count(count) + " documents were refused and not scored: " + why));
        }
    }

    private void showModels(Screen screen, ScoresReview review) throws IOException {
        Map<String, ScoresReview.Perplexities> last = review.ofLastFifth();
        String format = "%-16s %12s %12s   %12s %12s %12s";
        screen.line("");
        screen.line(String.format(
                Locale.ROOT, format, "model", "perplexity", "last 20 %", "class perpl.", "last 20 %", "bits/char"));
        for (String model : totals.models()) {
            screen.line(String.format(
                    Locale.ROOT,
                    format,
                    model,
                    Figures.perplexity(totals.perplexity(model)),
                    Figures.perplexity(ofLast(last, model).spelled()),
                    Figures.perplexity(totals.classPerplexity(model)),
                    Figures.perplexity(ofLast(last, model).ofClass()),
                    Figures.precise(totals.bitsPerCharacter(model))));
        }
        screen.line("Perplexity spells unknown words out; class perplexity has <unk> as one class, as papers do.");
        totals.models().stream()
                .filter(model -> totals.tokens(model) < totals.tokens())
                .forEach(model -> screen.line(model + ": over the " + Figures.count(totals.tokens(model)) + " of "
                        + Figures.count(totals.tokens()) + " tokens that it has scored."));
    }

    private static ScoresReview.Perplexities ofLast(Map<String, ScoresReview.Perplexities> last, String model) {
        return last.getOrDefault(
                ResultFiles.isNetwork(model) ? ResultFiles.NETWORK : model, ScoresReview.Perplexities.NONE);
    }

    private void showSurprises(Screen screen, ScoresReview review) throws IOException {
        List<ScoresReview.Surprise> surprises = review.mostSurprising(SURPRISES);
        if (surprises.isEmpty()) {
            return;
        }
        Map<String, String> beginnings = beginnings(surprises);
        screen.line("");
        screen.line("The most surprising documents, by bits a token beyond the mean of their source"
                + " (after the first tenth of the stream):");
        for (ScoresReview.Surprise surprise : surprises) {
            screen.line(String.format(
                    Locale.ROOT,
                    "  %-10s %-16s %.2f bits, %+.2f  %s",
                    Figures.cut(surprise.id(), 24),
                    Figures.cut(surprise.source(), 16),
                    surprise.bitsPerToken(),
                    surprise.excess(),
                    beginnings.getOrDefault(surprise.id(), "")));
        }
    }

    /** How the documents begin: the corpus is read again rather than kept. */
    private Map<String, String> beginnings(List<ScoresReview.Surprise> surprises) throws IOException {
        Map<String, String> wanted = new HashMap<>();
        surprises.forEach(surprise -> wanted.put(surprise.id(), ""));
        int missing = wanted.size();
        try (CorpusReader reader = CorpusReader.open(corpus)) {
            while (missing > 0 && reader.hasNext()) {
                CorpusEntry entry = reader.next();
                if ("".equals(wanted.get(entry.id()))) {
                    wanted.put(entry.id(), Figures.cut(beginning(entry.content()), SNIPPET));
                    missing--;
                }
            }
        } catch (CorpusFormatException e) {
            // Only a part of the file was streamed, and that part was well-formed.
        }
        return wanted;
    }

    private static String beginning(CorpusContent content) {
        return content.text()
                .lines()
                .filter(line -> !line.isBlank())
                .findFirst()
                .orElse("");
    }

    /** Writes the summary and closes the files. */
    @Override
    public void close() throws IOException {
        try (files) {
            files.flush();
            files.summary(summary());
        }
    }

    private ScoresReview review() {
        // Refused documents have no row, so with them this is off by as many rows.
        return new ScoresReview(files.scores(), totals.tokens(), words.lastFifth(settled()));
    }

    private ObjectNode summary() throws IOException {
        ObjectNode root = JsonMapper.builder().build().createObjectNode();
        root.put("corpus", corpus.toString()).put("complete", complete);
        root.put("documents", totals.documents()).put("tokens", totals.tokens()).put("unknown", totals.unknown());
        root.put("tokens_per_second", millis() <= 0 ? 0 : totals.tokens() * 1000.0 / millis());
        ObjectNode refused = root.putObject("dead_letters");
        synchronized (deadLetters) {
            deadLetters.forEach(refused::put);
        }
        ScoresReview review = review();
        Map<String, ScoresReview.Perplexities> last = review.ofLastFifth();
        ObjectNode models = root.putObject("models");
        for (String name : totals.models()) {
            ObjectNode model = models.putObject(name);
            put(model, "perplexity_all", totals.perplexity(name));
            put(model, "perplexity_last20", ofLast(last, name).spelled());
            put(model, "class_perplexity_all", totals.classPerplexity(name));
            put(model, "class_perplexity_last20", ofLast(last, name).ofClass());
            put(model, "class_perplexity_all_known", totals.perplexityKnown(name));
            model.put("tokens", totals.tokens(name));
            put(model, "bits_per_character", totals.bitsPerCharacter(name));
        }
        ObjectNode sources = root.putObject("sources");
        table.summarise((source, documents, tokens, perplexity) -> put(
                sources.putObject(source).put("documents", documents).put("tokens", tokens), "perplexity", perplexity));
        ArrayNode surprising = root.putArray("most_surprising");
        for (ScoresReview.Surprise surprise : review.mostSurprising(SURPRISES)) {
            surprising
                    .addObject()
                    .put("id", surprise.id())
                    .put("source", surprise.source())
                    .put("bits_per_token", surprise.bitsPerToken())
                    .put("beyond_source", surprise.excess());
        }
        decisions.write(root.putArray("snapshots"));
        ArrayNode made = root.putArray("samples");
        samples.forEach(made::add);
        ArrayNode byNetwork = root.putArray("network_samples");
        networkSamples.forEach(byNetwork::add);
        ObjectNode expected = root.putObject("next_words");
        for (DemoService.NextWords next : nextWords) {
            ArrayNode words = expected.putArray(next.prompt());
            next.words()
                    .forEach(word -> words.addObject().put("word", word.word()).put("probability", word.probability()));
        }
        return root;
    }

    /** JSON has no NaN: what is not known is null. */
    private static void put(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.putNull(name);
        }
    }
}
