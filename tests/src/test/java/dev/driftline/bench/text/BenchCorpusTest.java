package dev.driftline.bench.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.corpus.CorpusDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchCorpusTest {

    private BenchCorpus corpus;

    @BeforeEach
    void read(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("small.docs.tsv");
        Files.writeString(file, """
                d1\tnews\tthe cat sat </s> the cat ran </s> the dog sat
                d2\thumor\ta cat </s> the cat sat
                """);
        corpus = BenchCorpus.read(file, 100);
    }

    @Test
    void shouldCountAWordAndASentenceEndAsAToken() {
        assertThat(corpus.name()).isEqualTo("small");
        assertThat(corpus.tokens()).isEqualTo(4 + 4 + 4 + 3 + 4);
        assertThat(corpus.types()).isEqualTo(6);
    }

    @Test
    void shouldCutBetweenSentencesAndLoseNone() {
        BenchCorpus cut = corpus.cut(5);

        assertThat(cut.documents()).extracting(CorpusDocument::id).containsExactly("d1/0", "d1/1", "d2/0");
        assertThat(cut.documents()).extracting(CorpusDocument::source).containsExactly("news", "news", "humor");
        assertThat(cut.tokens()).isEqualTo(corpus.tokens());
        assertThat(sentences(cut)).isEqualTo(sentences(corpus));
    }

    @Test
    void shouldCountTheNgramsThatEndInAToken() {
        for (int order = 1; order <= 5; order++) {
            List<String> all = new ArrayList<>();
            for (List<String> sentence : sentences(corpus)) {
                List<String> tokens = new ArrayList<>(List.of("<s>"));
                tokens.addAll(sentence);
                tokens.add("</s>");
                for (int end = 1; end < tokens.size(); end++) {
                    for (int n = 1; n <= order && n <= end + 1; n++) {
                        all.add(String.join(" ", tokens.subList(end - n + 1, end + 1)));
                    }
                }
            }
            Set<String> distinct = new HashSet<>(all);
            assertThat(corpus.ngrams(order)).as("n-grams of order " + order).isEqualTo(all.size());
            assertThat(corpus.distinctNgrams(order))
                    .as("distinct ones of order " + order)
                    .isEqualTo(distinct.size());
        }
    }

    private static List<List<String>> sentences(BenchCorpus corpus) {
        return corpus.documents().stream()
                .flatMap(document -> document.sentences().stream())
                .toList();
    }
}
