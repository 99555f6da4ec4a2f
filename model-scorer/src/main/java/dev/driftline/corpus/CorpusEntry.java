package dev.driftline.corpus;

import dev.driftline.text.Tokenizer;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One document as a corpus file has it.
 *
 * @param id what the corpus calls it, or the file's name and the line
 * @param source who or what it came from, or the file's name without its extension
 * @param content its text or tokens
 * @param learn false for a document that is scored and never learned
 * @param attributes what else the corpus says of it, by name
 * @param publishedAt when it was published, where the corpus says so
 * @param line the line of the file that it is on, from 1
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
