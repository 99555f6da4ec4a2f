package dev.driftline.neural.events;

import dev.driftline.heap.HeapAccount;
import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import dev.driftline.neural.Network;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.Vocabulary;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Which words of a network from elsewhere the n-gram model knows, as far as the documents tell that have come by: what
 * {@link NeuralExpert#foreign()} asks for.
 *
 * <p>With a fixed vocabulary that is a matter of comparing two lists. With a growing one a word is known for good once a
 * document had it as a known word; until then its row is foreign, even if the n-gram model has the word. One an instance;
 * thread-safe.
 */
public final class KnownRows {

    /** Heap of a remembered word beside its characters. */
    private static final long WORD_BYTES = 112;

    /** Networks whose rows are followed: the active one, and those whose documents are still under way. */
    private static final int NETWORKS = 4;

    private final Vocabulary vocabulary;
    private final Set<String> known = new HashSet<>();
    /** The sets are handed out, and replaced by another when a row becomes known. */
    private final Map<Network, BitSet> foreign = new LinkedHashMap<>();

    private final HeapAccount heap;

    /** As the other constructor, with a budget of its own: for a model that ends with its corpus. */
    public KnownRows(Vocabulary vocabulary) {
        this(vocabulary, new HeapBudget().account(HeapUse.KNOWN_WORDS));
    }

    /**
     * @param vocabulary that of the n-gram model
     * @param heap what the words remembered may take; past it, only rows of networks in use become known
     */
    public KnownRows(Vocabulary vocabulary, HeapAccount heap) {
        this.vocabulary = vocabulary;
        this.heap = heap;
    }

    /** The rows of {@code network} whose words the n-gram model may not know. Never changes once returned. */
    public synchronized BitSet foreign(Network network) {
        BitSet rows = foreign.get(network);
        if (rows == null) {
            rows = unknownRows(network.vocabulary());
            if (foreign.size() == NETWORKS) {
                foreign.remove(foreign.keySet().iterator().next());
            }
            foreign.put(network, rows);
        }
        return rows;
    }

    private BitSet unknownRows(NeuralVocabulary words) {
        BitSet rows = new BitSet();
        for (int row = NeuralVocabulary.EOS + 1; row < words.size(); row++) {
            String word = words.word(row);
            boolean isKnown =
                    vocabulary instanceof Vocabulary.Fixed fixed ? fixed.words().contains(word) : known.contains(word);
            if (!isKnown) {
                rows.set(row);
            }
        }
        return rows;
    }

    /**
     * Notes the words of a document.
     *
     * @param unknown which of its tokens the n-gram model did not know
     */
    public synchronized void learn(DocumentTokens document, boolean[] unknown) {
        if (vocabulary instanceof Vocabulary.Fixed) {
            return;
        }
        int[] tokens = document.tokens();
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] != DocumentTokens.EOS && !unknown[i]) {
                know(document.words()[tokens[i]]);
            }
        }
    }

    /** Notes the words of a document that the n-gram model has learned. */
    public void learnAll(DocumentTokens document) {
        learn(document, new boolean[document.tokens().length]);
    }

    private void know(String word) {
        if (known.contains(word)) {
            return;
        }
        long bytes = WORD_BYTES + 2L * word.length();
        if (heap.bytes() + bytes <= heap.bound()) {
            known.add(word);
            heap.add(bytes);
        }
        for (Map.Entry<Network, BitSet> network : foreign.entrySet()) {
            int row = network.getKey().vocabulary().index(word);
            if (network.getValue().get(row)) {
                BitSet fewer = (BitSet) network.getValue().clone();
                fewer.clear(row);
                network.setValue(fewer);
            }
        }
    }
}
