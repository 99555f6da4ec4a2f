package dev.driftline.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.arpa.ArpaReader;
import dev.driftline.backoff.BackoffModel;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.testing.junit.SmallBrown;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What another program has read from an exported file, and what our own reader does. */
class OtherReadersTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5})
    void shouldMeanTheSameToIrstlmAndToOurReader(int order) throws IOException {
        LocalModel model = new LocalModel(ModelSettings.ofOrder(order), 1, shard -> new HeapPageStore(), 16 << 20);
        SmallBrown.documents().forEach(document -> model.score(DocumentTokens.of(document.sentences()), true));
        Path file = folder.resolve("model.arpa");
        try (OutputStream out = Files.newOutputStream(file)) {
            ArpaExport.of(model, ExportOptions.ofOrder(order), (step, ngrams) -> {})
                    .write(out);
        }
        ArpaText text = new ArpaText(Files.readAllBytes(file));
        BackoffModel read = ArpaReader.read(file);

        List<String> lines = lines(order);
        assertThat(lines).hasSize(40);
        for (String line : lines) {
            String[] fields = line.split("\t");
            List<String> ngram = List.of(fields[1].split(" "));
            double expected = Double.parseDouble(fields[2]);
            assertThat(text.log10(ngram)).as(line).isCloseTo(expected, within(1e-5));
            int[] context = new int[order - 1];
            for (int i = 0; i < context.length; i++) {
                context[i] = read.index(ngram.get(order - 2 - i));
            }
            assertThat(read.log10(context, context.length, read.index(ngram.get(order - 1))))
                    .as(line)
                    .isCloseTo(expected, within(1e-5));
        }
    }

    private static List<String> lines(int order) throws IOException {
        InputStream in = Objects.requireNonNull(OtherReadersTest.class.getResourceAsStream("/arpa/irstlm.tsv"));
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return reader.lines().filter(line -> line.startsWith(order + "\t")).toList();
        }
    }
}
