package dev.driftline.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driftline.generation.Sampling;
import dev.driftline.generation.TextGenerator;
import dev.driftline.generation.TextGenerator.WordProbability;
import dev.driftline.scoring.NextWords;
import dev.driftline.store.StateDirectory;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code driftline generate}: text drawn from the learned model, or the most probable next words. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        description = "Draw sentences from the learned model, or list the most probable next words.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  driftline generate --state driftline-demo/state --prompt \"The jury said\" --sentences 5",
            "  driftline generate --instance http://127.0.0.1:7070 --prompt \"of the\" --next 10",
            "  driftline generate --state DIR --temperature 0.7 --top-p 0.9 --seed 42 --json"
        })
final class GenerateCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelSource source;

    @Option(names = "--prompt", paramLabel = "TEXT", defaultValue = "", description = "How the sentences begin.")
    private String prompt;

    @Option(
            names = "--sentences",
            paramLabel = "N",
            defaultValue = "3",
            description = "How many to draw (${DEFAULT-VALUE}).")
    private int sentences;

    @Option(
            names = "--words",
            paramLabel = "N",
            defaultValue = "50",
            description = "Longest sentence drawn (${DEFAULT-VALUE}).")
    private int words;

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
            description = "Draw from the K most probable words only; 0 from all (a running instance: from 100).")
    private int topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            defaultValue = "1",
            description = "Draw from the most probable words that together have probability P.")
    private double topP;

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
        List<String> start =
                prompt.isBlank() ? List.of() : Arrays.asList(prompt.strip().split("\\s+"));
        Sampling sampling;
        try {
            sampling = new Sampling(temperature, topK, topP);
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(e.getMessage(), 2);
        }
        if (sentences < 1 || words < 1 || next < 0) {
            throw new CommandFailedException("--sentences and --words are 1 or more, --next is 0 or more", 2);
        }
        Optional<StateDirectory> state = source.openState();
        try {
            if (next > 0) {
                printNext(
                        start,
                        state.map(s -> TextGenerator.best(new NextWords(s.model()), start, next))
                                .orElseGet(this::askNext));
            } else {
                printText(start, state.map(s -> draw(s, sampling, start)).orElseGet(this::askText));
            }
        } finally {
            state.ifPresent(StateDirectory::close);
        }
        return Driftline.OK;
    }

    private List<List<String>> draw(StateDirectory state, Sampling sampling, List<String> start) {
        TextGenerator generator = new TextGenerator(new NextWords(state.model()), sampling, seed);
        List<List<String>> drawn = new ArrayList<>();
        for (int i = 0; i < sentences; i++) {
            drawn.add(generator.sentence(start, words));
        }
        return drawn;
    }

    private List<WordProbability> askNext() {
        JsonNode answer = Json.read(source.ask("/v1/next", Map.of("context", prompt, "k", Integer.toString(next))));
        return StreamSupport.stream(answer.get("next").spliterator(), false)
                .map(word -> new WordProbability(
                        word.get("word").asText(), word.get("probability").asDouble()))
                .toList();
    }

    private List<List<String>> askText() {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("prompt", prompt);
        query.put("sentences", Integer.toString(sentences));
        query.put("words", Integer.toString(words));
        query.put("temperature", Double.toString(temperature));
        query.put("top_k", Integer.toString(topK));
        query.put("top_p", Double.toString(topP));
        query.put("seed", Integer.toString(seed));
        List<List<String>> drawn = new ArrayList<>();
        for (JsonNode sentence : Json.read(source.ask("/v1/generate", query)).get("sentences")) {
            List<String> list = new ArrayList<>();
            sentence.forEach(word -> list.add(word.asText()));
            drawn.add(list);
        }
        return drawn;
    }

    private void printNext(List<String> start, List<WordProbability> words) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("prompt", start);
            fields.put("next", words);
            out.println(Json.line(fields));
        } else {
            words.forEach(word -> out.printf("%8.5f  %s%n", word.probability(), word.word()));
        }
        out.flush();
    }

    private void printText(List<String> start, List<List<String>> drawn) {
        PrintWriter out = spec.commandLine().getOut();
        for (List<String> sentence : drawn) {
            if (json) {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("prompt", start);
                fields.put("words", sentence);
                out.println(Json.line(fields));
            } else {
                List<String> whole = new ArrayList<>(start);
                whole.addAll(sentence);
                out.println(String.join(" ", whole));
            }
        }
        out.flush();
    }
}
