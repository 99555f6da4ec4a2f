package dev.driftline.demo;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.driftline.neural.Cell;
import dev.driftline.schemas.Candidate;
import dev.driftline.schemas.ExpertScore;
import dev.driftline.schemas.Headline;
import dev.driftline.schemas.ModelPrediction;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.Score;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The files that a demo leaves: scores and predictions as they come, a summary at the end. One thread at a time. */
final class ResultFiles implements AutoCloseable {

    static final String SCORES = "scores.tsv";
    static final String PREDICTIONS = "predictions.jsonl";
    static final String SUMMARY = "summary.json";

    /** The columns of {@link #SCORES} before those of the models, which hold −log2 p of the document in bits, {@code <unk>} as a class. */
    static final List<String> COLUMNS = List.of("id", "key", "tokens", "unknown");

    /** The last model in {@link #SCORES}, empty for a document in which the network took no part. */
    static final String NETWORK = "network";

    /** The last column: the bits that unknown words cost beyond {@code <unk>}. Added to those of a model, they are spelled out. */
    private static final String LETTERS = "letters";

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Path folder;
    private final BufferedWriter scores;
    private final BufferedWriter predictions;
    /** The models that take part in every document, in the order of the columns; null before the first. */
    private @Nullable List<String> models;

    private ResultFiles(Path folder, BufferedWriter scores, BufferedWriter predictions) {
        this.folder = folder;
        this.scores = scores;
        this.predictions = predictions;
    }

    /**
     * Makes {@code folder} and the files in it.
     *
     * @throws IOException if that cannot be done, or if the folder has anything in it
     */
    static ResultFiles in(Path folder) throws IOException {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new IOException(folder + " is a file: name a folder with --output");
        }
        Files.createDirectories(folder);
        try (Stream<Path> there = Files.list(folder)) {
            if (there.findAny().isPresent()) {
                throw new IOException(folder + " is not empty: name another folder with --output, or remove it");
            }
        }
        BufferedWriter scores = Files.newBufferedWriter(folder.resolve(SCORES), StandardCharsets.UTF_8);
        return new ResultFiles(
                folder, scores, Files.newBufferedWriter(folder.resolve(PREDICTIONS), StandardCharsets.UTF_8));
    }

    Path folder() {
        return folder;
    }

    Path scores() {
        return folder.resolve(SCORES);
    }

    void add(Score score) throws IOException {
        List<String> columns = models;
        if (columns == null) {
            columns = score.getExperts().stream()
                    .map(ExpertScore::getName)
                    .filter(name -> !isNetwork(name))
                    .toList();
            models = columns;
            scores.write(String.join("\t", COLUMNS));
            for (String model : columns) {
                scores.write('\t' + model);
            }
            scores.write('\t' + ScoreTotals.MIXTURE + '\t' + NETWORK + '\t' + LETTERS + '\n');
        }
        scores.write(
                score.getId() + '\t' + score.getSource() + '\t' + score.getTokens() + '\t' + score.getUnknownTokens());
        String network = "\t";
        for (ExpertScore expert : score.getExperts()) {
            if (isNetwork(expert.getName())) {
                network = bits(expert.getBits());
            } else {
                scores.write(bits(expert.getBits()));
            }
        }
        scores.write(bits(score.getMixtureBits()) + network + bits(Headline.letterBits(score)) + '\n');
    }

    /** Whether a model is the network, which takes part in some documents only. */
    static boolean isNetwork(String model) {
        return Arrays.stream(Cell.values()).anyMatch(cell -> cell.label().equals(model));
    }

    private static String bits(double bits) {
        return String.format(Locale.ROOT, "\t%.6f", bits);
    }

    void add(Prediction prediction) throws IOException {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("id", prediction.getId()).put("source", prediction.getSource());
        ArrayNode context = root.putArray("context");
        prediction.getContext().forEach(context::add);
        ObjectNode models = root.putObject("models");
        for (ModelPrediction model : prediction.getModels()) {
            ArrayNode candidates = models.putArray(model.getModel());
            for (Candidate candidate : model.getCandidates()) {
                candidates.addObject().put("word", candidate.getWord()).put("probability", candidate.getProbability());
            }
        }
        predictions.write(MAPPER.writeValueAsString(root));
        predictions.write('\n');
    }

    void summary(ObjectNode summary) throws IOException {
        Files.writeString(
                folder.resolve(SUMMARY),
                MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(summary) + "\n",
                StandardCharsets.UTF_8);
    }

    /** Writes what is still buffered to {@link #SCORES}, so that it can be read back. */
    void flush() throws IOException {
        scores.flush();
        predictions.flush();
    }

    @Override
    public void close() throws IOException {
        try (predictions) {
            scores.close();
        }
    }
}
