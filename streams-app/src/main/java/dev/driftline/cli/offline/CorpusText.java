package dev.driftline.cli.offline;

import dev.driftline.corpus.CorpusDocument;
import dev.driftline.corpus.CorpusEntry;
import dev.driftline.corpus.CorpusFormatException;
import dev.driftline.corpus.CorpusReader;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Documents of corpus files, under the rules that the service has for its input. */
public final class CorpusText {

    private CorpusText() {}

    /** Opens a corpus file. */
    public interface Opening {
        CorpusReader open(Path file) throws IOException;
    }

    /**
     * All documents of {@code files}, in memory.
     *
     * @param opening opens a file in its format
     * @throws CommandFailedException naming the file and the line that cannot be read, or a file without a document
     */
    public static List<CorpusDocument> read(List<Path> files, Opening opening, Tokenizer tokenizer) throws IOException {
        List<CorpusDocument> documents = new ArrayList<>();
        for (Path file : files) {
            int before = documents.size();
            try (CorpusReader reader = opening.open(file)) {
                while (reader.hasNext()) {
                    documents.add(document(file, reader.next(), tokenizer));
                }
            } catch (CorpusFormatException e) {
                throw new CommandFailedException(e.getMessage());
            }
            if (documents.size() == before) {
                throw noDocument(file);
            }
        }
        return documents;
    }

    /** A file has no document in it. */
    public static CommandFailedException noDocument(Path file) {
        return new CommandFailedException("there is no document in " + file + ": the file is empty");
    }

    /**
     * The document of an entry.
     *
     * @throws CorpusFormatException if it has no token, a reserved one, or one that begins with U+0000
     */
    static CorpusDocument document(Path file, CorpusEntry entry, Tokenizer tokenizer) {
        CorpusDocument document = entry.document(tokenizer);
        boolean anyWord = false;
        for (List<String> sentence : document.sentences()) {
            for (String token : sentence) {
                anyWord = true;
                if (token.startsWith("\0")) {
                    throw new CorpusFormatException(file, entry.line(), "a token begins with the character U+0000");
                }
                if (DocumentTokens.isMark(token)) {
                    throw new CorpusFormatException(file, entry.line(), "a token is " + token + ", which is reserved");
                }
            }
        }
        if (!anyWord) {
            throw new CorpusFormatException(file, entry.line(), "every sentence is empty");
        }
        return document;
    }
}
