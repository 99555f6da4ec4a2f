package dev.driftline.topology;

import dev.driftline.schemas.Document;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Documents of some sixty tokens in one of two made-up languages without a common word. */
final class TwoLanguages {

    private final Random random = new Random(5);
    private int number;

    /** The next document; in the second language where {@code isOther}. */
    Document next(String source, boolean isOther) {
        List<List<String>> sentences = new ArrayList<>();
        for (int sentence = 0; sentence < 5; sentence++) {
            List<String> words = new ArrayList<>();
            for (int word = 0; word < 11; word++) {
                int rank = (int) (200 * random.nextDouble() * random.nextDouble());
                words.add((isOther ? "ø" : "word") + rank);
            }
            sentences.add(words);
        }
        return Document.newBuilder()
                .setId("d" + number++)
                .setSource(source)
                .setPublishedAt(TopologyFixture.NOON.plusSeconds(number))
                .setSentences(sentences)
                .build();
    }
}
