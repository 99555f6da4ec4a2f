package dev.driftline.cli.query;

import dev.driftline.cli.options.GivenOptions;
import dev.driftline.generation.Constraints;
import dev.driftline.generation.FreshSeed;
import dev.driftline.generation.NoSuchWordException;
import dev.driftline.generation.Sampling;
import dev.driftline.generation.TextRequest;
import dev.driftline.generation.TextRequest.Continuation;
import dev.driftline.mixture.PredictedWord;
import dev.driftline.neural.AttributeToken;
import dev.driftline.prefix.WordPrefix;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.serving.query.ModelChoice;
import dev.driftline.serving.query.NextWordsAnswer;
import dev.driftline.serving.query.NextWordsQuery;
import dev.driftline.serving.query.NothingLearnedException;
import dev.driftline.serving.query.TextAnswer;
import dev.driftline.serving.query.TextQuery;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import dev.driftline.text.Detokenizer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
            "The model is the counts in --state, the network in --snapshot, both mixed if both are given, what a"
                    + " running --instance has learned, or an --arpa file of KenLM, SRILM or IRSTLM."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  driftline generate --state driftline-demo/state --prompt \"The jury said\" --sentences 5",
            "  driftline generate --snapshot snapshots/000003-1f2e3d --beam 10 --must election --max-repeats 2",
            "  driftline generate --snapshot DIR --attribute source=news --temperature 0.8",
            "  driftline generate --instance http://127.0.0.1:7070 --model mixture --prompt \"of the\" --next 10",
            "  driftline generate --arpa news.arpa.gz --prompt \"the jury said\" --next 10",
            "  driftline generate --state DIR --prompt \"The jury\" --prefix sa --next 10",
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

    @Option(
            names = "--model",
            paramLabel = "M",
            description = "With --instance: mixture, ngram or network. Default: mixture.")
    private String model;

    @Option(
            names = "--network-weight",
            paramLabel = "W",
            description =
                    "Share of the network, 0 to 1, in a linear blend of counts and network. Default: 0.5 with --state and"
                            + " --snapshot; with --instance the mixture, and no blend.")
    private Double networkWeight;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "How the sentences begin. Default: with nothing.")
    private String prompt;

    @Option(
            names = "--prefix",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "How the first word after the prompt begins. Default: with anything.")
    private String prefix;

    @Option(names = "--ignore-case", description = "With --prefix: whatever its case.")
    private boolean ignoreCase;

    @Option(
            names = "--attribute",
            paramLabel = "NAME=VALUE",
            description =
                    "With --snapshot: what the text is to be, for a network trained with that attribute: source=news.")
    private String attribute;

    @Option(
            names = "--sentences",
            paramLabel = "N",
            defaultValue = "3",
            description = "Without --next: sentences to write, 1 or more. Default: ${DEFAULT-VALUE}.")
    private int sentences;

    @Option(
            names = "--words",
            paramLabel = "N",
            defaultValue = "50",
            description = "Without --next: the most words of a sentence, 1 or more. Default: ${DEFAULT-VALUE}.")
    private int words;

    @Option(
            names = "--separator",
            paramLabel = "TEXT",
            description =
                    "Without --next: print the tokens with this between them, instead of the text that they make.")
    private String separator;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "1",
            description =
                    "Without --beam or --next: 0 to 100; below 1 likelier, above 1 more surprising text; 0 takes the likeliest word each time. Default: ${DEFAULT-VALUE}.")
    private double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            defaultValue = "0",
            description =
                    "Without --beam or --next: draw from the K most probable words only, 0 or more; 0 draws from all, with --instance and counts from 100. Default:"
                            + " ${DEFAULT-VALUE}.")
    private int topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            defaultValue = "1",
            description =
                    "Without --beam or --next: draw from the most probable words that together have probability P, above 0 and up to 1. Default:"
                            + " ${DEFAULT-VALUE}.")
    private double topP;

    @Option(
            names = "--beam",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Without --next: look for the most probable sentences instead of drawing, keeping N beginnings, 0 to 1000. Default: 0, which draws.")
    private int beam;

    @Option(
            names = "--length-normalisation",
            paramLabel = "A",
            defaultValue = "0.7",
            description =
                    "With --beam: 0 to 2; 0 compares whole probabilities, 1 bits per token. Default: ${DEFAULT-VALUE}.")
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
            description = "Without --next: words that must not come, repeated or separated by commas.")
    private List<String> mustNot = List.of();

    @Option(
            names = "--max-repeats",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Without --next: how often one word may come, 0 or more; 0 for as often as it likes. Default: ${DEFAULT-VALUE}.")
    private int maximumRepeats;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description =
                    "Without --beam or --next: any whole number. The same seed draws the same text from the same model. Default: a"
                            + " fresh one, reported on standard error or in the JSON.")
    private Integer seed;

    @Option(
            names = "--next",
            paramLabel = "K",
            defaultValue = "0",
            description =
                    "List the K most probable next words after the prompt instead, 0 or more. Default: 0, which writes text.")
    private int next;

    @Option(names = "--json", description = "Print JSON instead of text.")
    private boolean json;

    @Override
    public Integer call() {
        refuseWhatHasNoEffect();
        try {
            ModelChoice choice = new ModelChoice(
                    Optional.ofNullable(model),
                    networkWeight == null ? OptionalDouble.empty() : OptionalDouble.of(networkWeight));
            // What is wrong with an option is said before anything is opened.
            request(List.of(), WordPrefix.NONE, List.of(), List.of());
            try (OpenModel opened = source.open(Optional.ofNullable(snapshot))) {
                if (attribute != null) {
                    opened.requireAttribute(attribute);
                }
                ModelTexts texts = opened.texts();
                TextRequest request = request(
                        start(texts),
                        new WordPrefix(texts.prefix(prefix), ignoreCase),
                        must.stream()
                                .flatMap(word -> texts.words(word).stream())
                                .toList(),
                        mustNot.stream()
                                .flatMap(word -> texts.words(word).stream())
                                .toList());
                if (next > 0) {
                    printNext(
                            request.prompt(),
                            opened.queries()
                                    .next(new NextWordsQuery(
                                            NextWordsQuery.open(request.prompt()),
                                            choice,
                                            Optional.empty(),
                                            next,
                                            request.prefix())));
                } else {
                    printText(
                            request,
                            opened.queries().generate(new TextQuery(request, choice, Optional.empty())),
                            texts.following(prompt));
                }
            }
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(e.getMessage(), ExitCodes.USAGE);
        } catch (NothingLearnedException | NoSuchWordException e) {
            throw new CommandFailedException(e.getMessage());
        }
        return ExitCodes.OK;
    }

    private void refuseWhatHasNoEffect() {
        GivenOptions.of(spec)
                .only(temperature > 0, "with --temperature above 0", "--top-k", "--top-p", "--seed")
                .only(!prefix.isEmpty(), "with --prefix", "--ignore-case")
                .only(topK != 1, "without --top-k 1", "--temperature", "--top-p", "--seed")
                .only(
                        source.isInstance() || source.isState() && snapshot != null,
                        "with --instance, or with --state and --snapshot",
                        "--network-weight");
    }

    private TextRequest request(List<String> start, WordPrefix beginning, List<String> must, List<String> mustNot) {
        return new TextRequest(
                start,
                sentences,
                words,
                new Sampling(temperature, topK, topP),
                new Constraints(must, Set.copyOf(mustNot), maximumRepeats),
                beam == 0 ? 0 : Math.max(beam, sentences),
                lengthNormalisation,
                beginning,
                seed == null ? FreshSeed.draw() : seed);
    }

    private List<String> start(ModelTexts texts) {
        List<String> start = new ArrayList<>();
        if (attribute != null) {
            start.add(AttributeToken.parse(attribute));
        }
        start.addAll(NextWordsQuery.flat(texts.open(prompt)));
        return start;
    }

    private void printNext(List<String> start, NextWordsAnswer answer) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("prompt", start);
            fields.put("model", answer.model());
            fields.put(
                    "next", answer.words().stream().map(GenerateCommand::field).toList());
            fields.put("unknown", field(new PredictedWord(DocumentTokens.UNKNOWN_WORD, answer.unknown())));
            fields.put("rest", answer.rest());
            out.println(PlainJson.line(fields));
        } else {
            answer.words().forEach(word -> out.printf(Locale.ROOT, "%8.5f  %s%n", word.probability(), word.word()));
            out.printf(Locale.ROOT, "%8.5f  <unk>, any word that the model does not know%n", answer.unknown());
            out.printf(Locale.ROOT, "%8.5f  all other words%n", answer.rest());
        }
        out.flush();
    }

    private static Map<String, Object> field(PredictedWord word) {
        Map<String, Object> field = new LinkedHashMap<>();
        field.put("word", word.word());
        field.put("probability", word.probability());
        return field;
    }

    private void printText(TextRequest request, TextAnswer answer, Detokenizer joining) {
        if (answer.continuations().isEmpty()) {
            throw new CommandFailedException("no sentence of up to " + words + " words keeps to the constraints: raise"
                    + " --words or --beam, or ask for fewer words");
        }
        PrintWriter out = spec.commandLine().getOut();
        for (Continuation continuation : answer.continuations()) {
            String text = separator == null
                    ? prompt + joining.copy().read(List.of(continuation.words()))
                    : separated(request.prompt(), continuation.words());
            out.println(json ? jsonOf(request, continuation, text, answer.drawnFrom()) : line(continuation, text));
        }
        out.flush();
        if (seed == null && !json && request.isDrawn()) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("The same text again: --seed " + request.seed());
            err.flush();
        }
    }

    private static String jsonOf(TextRequest request, Continuation continuation, String text, String drawnFrom) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("prompt", request.prompt());
        fields.put("words", continuation.words());
        fields.put("text", text);
        continuation.bits().ifPresent(bits -> fields.put("bits", bits));
        fields.put("drawn_from", drawnFrom);
        if (request.isDrawn()) {
            fields.put("seed", request.seed());
        }
        return PlainJson.line(fields);
    }

    private String separated(List<String> before, List<String> words) {
        return Stream.concat(before.stream().skip(attribute == null ? 0 : 1), words.stream())
                .collect(Collectors.joining(separator));
    }

    private static String line(Continuation continuation, String text) {
        String bits = continuation.bits().isPresent()
                ? String.format(Locale.ROOT, "%8.2f bits  ", continuation.bits().getAsDouble())
                : "";
        return bits + text;
    }
}
