package dev.driftline.corpus;

import dev.driftline.text.Tokenizer;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One document of a corpus file.
 *
 * @param id its id in the corpus, or else the file name and the line
 * @param source where it came from, or else the file name without its extension
 * @param content its text or tokens
 * @param learn false for a document that is scored but not learned
 * @param attributes further facts, by name
 * @param publishedAt when it was published, if the corpus says so
 * @param line its line in the file, from 1
 */
public record CorpusEntry(
        String id,
        String source,
        CorpusContent content,
        boolean learn,
        Map<String, String> attributes,
        Optional<Instant> publishedAt,
        long line) {

    /** The document, tokenised by {@code tokenizer} where the corpus has raw text. */
    public CorpusDocument document(Tokenizer tokenizer) {
        return new CorpusDocument(id, source, content.sentences(tokenizer), learn, attributes);
    }
}
