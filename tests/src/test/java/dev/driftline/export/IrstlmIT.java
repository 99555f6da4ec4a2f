package dev.driftline.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.driftline.library.OnlineNgramModel;
import dev.driftline.library.TextScore;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.smoothing.Smoothing;
import dev.driftline.text.Tokenizers;
import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Exported counts in a tool that is not ours: IRSTLM, as Debian has it. */
class IrstlmIT {

    private static final Path TOOL = Path.of("/usr/lib/irstlm/bin/compile-lm");

    /** {@code %% Nw=18 PP=484.36 PPwp=286.52 Nbo=14 Noov=1 OOV=5.56%}. */
    private static final Pattern PERPLEXITY = Pattern.compile("Nw=(\\d+) PP=([0-9.]+) .* Noov=(\\d+) ");

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(
            value = Smoothing.class,
            names = {"KNESER_NEY", "WITTEN_BELL"})
    void shouldGiveTheSamePerplexityToATextWhenIrstlmReadsTheCounts(Smoothing smoothing) throws Exception {
        assumeTrue(Files.isExecutable(TOOL), TOOL + " is not there: install Debian's irstlm");
        OnlineNgramModel model = new OnlineNgramModel(
                new ModelSettings(4, smoothing, Vocabulary.growing(), ModelSettings.DEFAULT_DELTA),
                Tokenizers.WHITESPACE);
        model.learn(text(3000, 1));
        List<List<String>> unseen = text(300, 2);
        TextScore score = model.score(unseen);
        assertThat(score.unknown())
                .as("words of the text that the model does not know")
                .isZero();
        Path arpa = folder.resolve("model.arpa");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(arpa))) {
            ArpaExport.of(model.counts(), ExportOptions.ofOrder(4), (step, ngrams) -> {})
                    .write(out);
        }
        Path marked = Files.writeString(
                folder.resolve("text"),
                unseen.stream()
                        .map(sentence -> "<s> " + String.join(" ", sentence) + " </s>\n")
                        .collect(Collectors.joining()));

        Matcher found = PERPLEXITY.matcher(irstlm(arpa.toString(), "--eval=" + marked));

        assertThat(found.find()).isTrue();
        assertThat(found.group(1)).isEqualTo(Integer.toString(score.tokens()));
        assertThat(found.group(3)).isEqualTo("0");
        assertThat(Double.parseDouble(found.group(2))).isCloseTo(score.classPerplexity(), withinPercentage(0.05));
    }

    private String irstlm(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(TOOL.toString()));
        command.addAll(List.of(arguments));
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(1, TimeUnit.MINUTES))
                    .as("%s ends", command)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(output);
    }

    private static List<List<String>> text(int sentences, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<List<String>> text = new ArrayList<>();
        for (int sentence = 0; sentence < sentences; sentence++) {
            List<String> words = new ArrayList<>();
            for (int word = random.nextInt(12); word >= 0; word--) {
                words.add("w" + (int) (100 * random.nextDouble() * random.nextDouble()));
            }
            text.add(words);
        }
        return text;
    }
}
