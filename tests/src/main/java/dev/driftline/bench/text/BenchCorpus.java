package dev.driftline.bench.text;

import dev.driftline.corpus.CorpusDocument;
import dev.driftline.corpus.CorpusReader;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.text.Tokenizers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A corpus in memory. A token is a word or the {@code </s>} that closes a sentence, here as everywhere in Driftline.
 *
 * @param file where it was read from
 * @param name the file's name without its extensions
 * @param documents in the order of the file
 * @param tokens in all of them
 */
public record BenchCorpus(Path file, String name, List<CorpusDocument> documents, long tokens) {

    /** Of the words that take the place of others. */
    private static final long SEED = 1;

    /**
     * Reads a corpus file.
     *
     * @param limit the most documents to read
     * @throws IOException if it cannot be read
     */
    public static BenchCorpus read(Path file, long limit) throws IOException {
        List<CorpusDocument> documents = new ArrayList<>();
        try (CorpusReader reader = CorpusReader.open(file)) {
            while (reader.hasNext() && documents.size() < limit) {
                documents.add(reader.next().document(Tokenizers.named("words")));
            }
        }
        String fileName = file.getFileName().toString();
        int dot = fileName.indexOf('.');
        return of(file, dot > 0 ? fileName.substring(0, dot) : fileName, documents);
    }

    private static BenchCorpus of(Path file, String name, List<CorpusDocument> documents) {
        return new BenchCorpus(
                file,
                name,
                documents,
                documents.stream().mapToLong(LongText::tokens).sum());
    }

    /** The same text in documents of about {@code size} tokens: whole sentences, until there are at least as many. */
    public BenchCorpus cut(int size) {
        List<CorpusDocument> pieces = new ArrayList<>();
        for (CorpusDocument document : documents) {
            List<List<String>> sentences = new ArrayList<>();
            int length = 0;
            int piece = 0;
            for (List<String> sentence : document.sentences()) {
                sentences.add(sentence);
                length += sentence.size() + 1;
                if (length >= size) {
                    pieces.add(new CorpusDocument(document.id() + "/" + piece++, document.source(), sentences));
                    sentences = new ArrayList<>();
                    length = 0;
                }
            }
            if (!sentences.isEmpty()) {
                pieces.add(new CorpusDocument(document.id() + "/" + piece, document.source(), sentences));
            }
        }
        return of(file, name, pieces);
    }

    /** This text and then the same with other words in the place of its words, again and again. */
    public LongText endless() {
        return new LongText(documents, SEED);
    }

    /** The same text until it has this many tokens, made longer where it has less. */
    public BenchCorpus lasting(long tokens) {
        List<CorpusDocument> longer = new ArrayList<>();
        endless().tokens(tokens).forEach(longer::add);
        return of(file, name, longer);
    }

    /** The first documents. */
    public BenchCorpus first(int count) {
        return of(file, name, documents.subList(0, Math.min(count, documents.size())));
    }

    /** The number of distinct words. */
    public long types() {
        Set<String> words = new HashSet<>();
        documents.forEach(document -> document.sentences().forEach(words::addAll));
        return words.size();
    }

    /** The number of n-grams of orders 1 to {@code order} that end in a token, each occurrence counted. */
    public long ngrams(int order) {
        long ngrams = 0;
        for (CorpusDocument document : documents) {
            for (List<String> sentence : document.sentences()) {
                for (int i = 1; i <= sentence.size() + 1; i++) {
                    ngrams += Math.min(order, i + 1);
                }
            }
        }
        return ngrams;
    }

    /** The number of distinct n-grams of orders 1 to {@code order} that end in a token, {@code <s>} in the context included. */
    public long distinctNgrams(int order) {
        LongSet seen = new LongSet();
        documents.forEach(document -> addNgrams(document, order, seen));
        return seen.size();
    }

    /** Adds the hashes of the n-grams of all orders of a document. */
    public static void addNgrams(CorpusDocument document, int order, LongSet seen) {
        for (List<String> sentence : document.sentences()) {
            int length = sentence.size() + 2;
            long[] hashes = new long[length];
            hashes[0] = hash(DocumentTokens.BOS_WORD);
            for (int i = 1; i < length - 1; i++) {
                hashes[i] = hash(sentence.get(i - 1));
            }
            hashes[length - 1] = hash(DocumentTokens.EOS_WORD);
            for (int i = 1; i < length; i++) {
                long gram = 0;
                for (int n = 1; n <= order && i - n + 1 >= 0; n++) {
                    gram = mix(gram * 0x9E3779B97F4A7C15L + hashes[i - n + 1] + n);
                    seen.add(gram);
                }
            }
        }
    }

    private static long hash(String word) {
        long hash = 0xCBF29CE484222325L;
        for (int i = 0; i < word.length(); i++) {
            hash = (hash ^ word.charAt(i)) * 0x100000001B3L;
        }
        return mix(hash);
    }

    private static long mix(long value) {
        long mixed = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        return mixed ^ mixed >>> 31;
    }
}
