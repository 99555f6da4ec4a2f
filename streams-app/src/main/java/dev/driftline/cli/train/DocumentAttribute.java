package dev.driftline.cli.train;

import dev.driftline.corpus.CorpusDocument;
import dev.driftline.neural.AttributeToken;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * An attribute that a network learns with the text: documents that have it begin with it as a token.
 *
 * @param name {@value #SOURCE}, or an attribute of documents
 */
record DocumentAttribute(String name) {

    private static final String SOURCE = "source";

    /**
     * Checks that a document has it.
     *
     * @throws CommandFailedException naming the attributes that there are
     */
    void requireIn(List<CorpusDocument> documents) {
        if (documents.isEmpty()
                || documents.stream().anyMatch(document -> value(document).isPresent())) {
            return;
        }
        Set<String> known = new TreeSet<>(Set.of(SOURCE));
        documents.forEach(document -> known.addAll(document.attributes().keySet()));
        throw new CommandFailedException(
                "--attribute " + name + ": no document has it; they have " + String.join(", ", known), ExitCodes.USAGE);
    }

    /** {@code document} with the attribute before its first word; unchanged if it does not have the attribute. */
    CorpusDocument before(CorpusDocument document) {
        return value(document)
                .map(known -> before(document, AttributeToken.of(name, known)))
                .orElse(document);
    }

    private Optional<String> value(CorpusDocument document) {
        return name.equals(SOURCE)
                ? Optional.of(document.source())
                : Optional.ofNullable(document.attributes().get(name));
    }

    private static CorpusDocument before(CorpusDocument document, String token) {
        List<List<String>> sentences = new ArrayList<>(document.sentences());
        List<String> first = new ArrayList<>();
        first.add(token);
        if (!sentences.isEmpty()) {
            first.addAll(sentences.remove(0));
        }
        sentences.add(0, first);
        return new CorpusDocument(document.id(), document.source(), sentences, document.learn(), document.attributes());
    }
}
