package dev.driftline.testing;

import dev.driftline.schemas.Document;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** An endless stream of small documents, the same for the same seed, with words as unevenly frequent as in real text. */
public final class SmallDocuments {

    private static final Instant PUBLISHED = Instant.parse("2026-01-01T00:00:00Z");
    private static final int WORDS = 3_000;
    private static final int SOURCES = 5;

    private final Random random;
    private int made;

    /** A stream that {@code seed} decides. */
    public SmallDocuments(long seed) {
        random = new Random(seed);
    }

    /** The next {@code count} documents. */
    public List<Document> next(int count) {
        List<Document> documents = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            documents.add(document());
        }
        return documents;
    }

    private Document document() {
        List<List<String>> sentences = new ArrayList<>();
        for (int s = random.nextInt(3); s >= 0; s--) {
            List<String> sentence = new ArrayList<>();
            for (int w = 3 + random.nextInt(10); w > 0; w--) {
                // Zipf's law, near enough: the rank is a power of a uniform number.
                sentence.add("w" + (int) Math.pow(WORDS, random.nextDouble()));
            }
            sentences.add(sentence);
        }
        int number = made++;
        return Document.newBuilder()
                .setId(String.format(Locale.ROOT, "small-%06d", number))
                .setSource("source-" + number % SOURCES)
                .setPublishedAt(PUBLISHED)
                .setSentences(sentences)
                .build();
    }
}
