package dev.driftline.cli.query;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driftline.generation.Constraints;
import dev.driftline.generation.MixtureText;
import dev.driftline.generation.NetworkText;
import dev.driftline.generation.NgramText;
import dev.driftline.generation.Sampling;
import dev.driftline.generation.TextGenerator;
import dev.driftline.generation.TextGenerator.WordProbability;
import dev.driftline.generation.TextModel;
import dev.driftline.generation.TextRequest;
import dev.driftline.generation.TextRequest.Continuation;
import dev.driftline.neural.AttributeToken;
import dev.driftline.neural.snapshot.SnapshotFolder;
import dev.driftline.scoring.NextWords;
import dev.driftline.store.StateDirectory;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code driftline generate}: text from the counts, the network or both, or the most probable next words. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        description = {
            "Write sentences with the learned models, or list the most probable next words.",
            "The model is the counts in --state, the network in --snapshot, both mixed if both are given, or what a"
                    + " running --instance has learned."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  driftline generate --state driftline-demo/state --prompt \"The jury said\" --sentences 5",
            "  driftline generate --snapshot snapshots/000003-1f2e3d --beam 10 --must election --max-repeats 2",
            "  driftline generate --snapshot DIR --attribute source=news --temperature 0.8",
            "  driftline generate --instance http://127.0.0.1:7070 --model mixture --prompt \"of the\" --next 10",
            "  driftline generate --state DIR --temperature 0.7 --top-p 0.9 --seed 42 --json"
        })
public final class GenerateCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelSource source;

    @Option(
            names = "--snapshot",
            paramLabel = "DIR",
            description = "A snapshot of the network, as `driftline train` or `driftline snapshots export` writes it.")
    private Path snapshot;

    @Option(names = "--model", paramLabel = "M", description = "With --instance: ngram (default), network or mixture.")
    private String model;

    @Option(
            names = "--network-weight",
            paramLabel = "W",
            description = "Share of the network in a mixture, 0 to 1: 0.5, or what a running instance has learned.")
    private Double networkWeight;

    @Option(names = "--prompt", paramLabel = "TEXT", defaultValue = "", description = "How the sentences begin.")
    private String prompt;

    @Option(
            names = "--attribute",
            paramLabel = "NAME=VALUE",
            description = "What the text is to be, for a network trained with that attribute: source=news.")
    private String attribute;

    @Option(
            names = "--sentences",
            paramLabel = "N",
            defaultValue = "3",
            description = "How many to write (${DEFAULT-VALUE}).")
    private int sentences;

    @Option(
            names = "--words",
            paramLabel = "N",
            defaultValue = "50",
            description = "Longest sentence written (${DEFAULT-VALUE}).")
    private int words;

    @Option(
            names = "--separator",
            paramLabel = "TEXT",
            defaultValue = " ",
            description = "What stands between two tokens; none for a model of characters: --separator=\"\".")
    private String separator;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "1",
            description = "Below 1 likelier, above 1 more surprising text; 0 the likeliest word each time.")
    private double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            defaultValue = "0",
            description = "Draw from the K most probable words only; 0 from all (counts of a running instance: 100).")
    private int topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            defaultValue = "1",
            description = "Draw from the most probable words that together have probability P.")
    private double topP;

    @Option(
            names = "--beam",
            paramLabel = "N",
            defaultValue = "0",
            description = "Look for the most probable sentences instead of drawing, keeping N beginnings.")
    private int beam;

    @Option(
            names = "--length-normalisation",
            paramLabel = "A",
            defaultValue = "0.7",
            description = "With --beam: 0 compares whole probabilities, 1 bits per token (${DEFAULT-VALUE}).")
    private double lengthNormalisation;

    @Option(
            names = "--must",
            paramLabel = "WORD",
            split = ",",
            description = "With --beam: words that must come, repeated or separated by commas.")
    private List<String> must = List.of();

    @Option(
            names = "--must-not",
            paramLabel = "WORD",
            split = ",",
            description = "Words that must not come, repeated or separated by commas.")
    private List<String> mustNot = List.of();

    @Option(
            names = "--max-repeats",
            paramLabel = "N",
            defaultValue = "0",
            description = "How often one word may come; 0 for any number.")
    private int maximumRepeats;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "The same seed draws the same text from the same model.")
    private int seed;

    @Option(
            names = "--next",
            paramLabel = "K",
            defaultValue = "0",
            description = "List the K most probable next words after the prompt instead.")
    private int next;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
        if (next < 0) {
            throw new CommandFailedException("--next is 0 or more", ExitCodes.USAGE);
        }
        TextRequest request;
        try {
            request = new TextRequest(
                    start(),
                    sentences,
                    words,
                    new Sampling(temperature, topK, topP),
                    new Constraints(must, Set.copyOf(mustNot), maximumRepeats),
                    beam == 0 ? 0 : Math.max(beam, sentences),
                    lengthNormalisation,
                    seed);
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(e.getMessage(), ExitCodes.USAGE);
        }
        if (source.isInstance()) {
            if (snapshot != null) {
                throw new CommandFailedException(
                        "--instance has its own snapshot: leave --snapshot out", ExitCodes.USAGE);
            }
            if (next > 0) {
                printNext(request.prompt(), askNext());
            } else {
                printText(request, askText());
            }
            return ExitCodes.OK;
        }
        if (model != null) {
            throw new CommandFailedException("--model goes with --instance; here --state and --snapshot say it", 2);
        }
        Optional<StateDirectory> state = source.openState();
        try {
            TextModel text = localModel(state);
            if (next > 0) {
                printNext(request.prompt(), TextGenerator.best(text, request.prompt(), next));
            } else {
                printText(request, write(request, text));
            }
        } finally {
            state.ifPresent(StateDirectory::close);
        }
        return ExitCodes.OK;
    }

    private List<String> start() {
        List<String> start = new ArrayList<>();
        if (attribute != null) {
            start.add(AttributeToken.parse(attribute));
        }
        if (!prompt.isBlank()) {
            start.addAll(Arrays.asList(prompt.strip().split("\\s+")));
        }
        return start;
    }

    private TextModel localModel(Optional<StateDirectory> state) {
        Optional<TextModel> counts = state.map(opened -> new NgramText(new NextWords(opened.model())));
        Optional<TextModel> network = Optional.ofNullable(snapshot).map(GenerateCommand::read);
        if (counts.isPresent() && network.isPresent()) {
            double share = networkWeight == null ? 0.5 : networkWeight;
            if (!(share >= 0 && share <= 1)) {
                throw new CommandFailedException("--network-weight is between 0 and 1, not " + share, ExitCodes.USAGE);
            }
            return new MixtureText(List.of(counts.get(), network.get()), 1 - share, share);
        }
        return counts.or(() -> network)
                .orElseThrow(() -> new CommandFailedException(
                        "name the model to ask: --state DIR, --snapshot DIR, both, or --instance URL",
                        ExitCodes.USAGE));
    }

    private static TextModel read(Path folder) {
        try {
            return new NetworkText(SnapshotFolder.read(folder).network().reader());
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandFailedException("cannot read the snapshot in " + folder + ": " + e.getMessage());
        }
    }

    private static List<Continuation> write(TextRequest request, TextModel text) {
        try {
            return request.write(text);
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(e.getMessage(), ExitCodes.USAGE);
        }
    }

    private List<WordProbability> askNext() {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("context", String.join(" ", start()));
        query.put("k", Integer.toString(next));
        putModel(query);
        JsonNode answer = PlainJson.read(source.ask("/v1/next", query));
        return StreamSupport.stream(answer.get("next").spliterator(), false)
                .map(word -> new WordProbability(
                        word.get("word").asText(), word.get("probability").asDouble()))
                .toList();
    }

    private void putModel(Map<String, String> query) {
        if (model != null) {
            query.put("model", model);
        }
        if (networkWeight != null) {
            query.put("network_weight", networkWeight.toString());
        }
    }

    private List<Continuation> askText() {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("prompt", String.join(" ", start()));
        query.put("sentences", Integer.toString(sentences));
        query.put("words", Integer.toString(words));
        query.put("temperature", Double.toString(temperature));
        query.put("top_k", Integer.toString(topK));
        query.put("top_p", Double.toString(topP));
        query.put("beam", Integer.toString(beam == 0 ? 0 : Math.max(beam, sentences)));
        query.put("length_normalisation", Double.toString(lengthNormalisation));
        query.put("must", String.join(" ", must));
        query.put("must_not", String.join(" ", mustNot));
        query.put("max_repeats", Integer.toString(maximumRepeats));
        query.put("seed", Integer.toString(seed));
        putModel(query);
        JsonNode answer = PlainJson.read(source.ask("/v1/generate", query));
        List<Continuation> written = new ArrayList<>();
        for (int i = 0; i < answer.get("sentences").size(); i++) {
            List<String> list = new ArrayList<>();
            answer.get("sentences").get(i).forEach(word -> list.add(word.asText()));
            JsonNode bits = answer.path("bits").path(i);
            written.add(new Continuation(
                    list, bits.isNumber() ? OptionalDouble.of(bits.asDouble()) : OptionalDouble.empty()));
        }
        return written;
    }

    private void printNext(List<String> start, List<WordProbability> words) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("prompt", start);
            fields.put("next", words);
            out.println(PlainJson.line(fields));
        } else {
            words.forEach(word -> out.printf(Locale.ROOT, "%8.5f  %s%n", word.probability(), word.word()));
        }
        out.flush();
    }

    private void printText(TextRequest request, List<Continuation> written) {
        if (written.isEmpty()) {
            throw new CommandFailedException("no sentence of up to " + words + " words keeps to the constraints: raise"
                    + " --words or --beam, or ask for fewer words");
        }
        PrintWriter out = spec.commandLine().getOut();
        for (Continuation continuation : written) {
            if (json) {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("prompt", request.prompt());
                fields.put("words", continuation.words());
                continuation.bits().ifPresent(bits -> fields.put("bits", bits));
                out.println(PlainJson.line(fields));
            } else {
                List<String> whole = new ArrayList<>(request.prompt());
                whole.addAll(continuation.words());
                if (attribute != null) {
                    whole.remove(0);
                }
                continuation.bits().ifPresent(bits -> out.printf(Locale.ROOT, "%8.2f bits  ", bits));
                out.println(String.join(separator, whole));
            }
        }
        out.flush();
    }
}
