package dev.driftline.cli.train;

import dev.driftline.corpus.CorpusDocument;
import dev.driftline.neural.AttributeToken;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An attribute that a network learns with the text: documents that have it begin with it as a token.
 *
 * @param name {@value #SOURCE}, or an attribute of documents
 */
record DocumentAttribute(String name) {

    private static final String SOURCE = "source";

    /** {@code document} with the attribute before its first word; unchanged if it does not have the attribute. */
    CorpusDocument before(CorpusDocument document) {
        Optional<String> value = name.equals(SOURCE)
                ? Optional.of(document.source())
                : Optional.ofNullable(document.attributes().get(name));
        return value.map(known -> before(document, AttributeToken.of(name, known)))
                .orElse(document);
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
