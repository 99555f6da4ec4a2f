package dev.driftline.serving.query;

import dev.driftline.background.BackgroundRows;
import dev.driftline.mixture.NextWordPrediction;
import dev.driftline.prefix.WordPrefix;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.Gather;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.serving.query.instances.InstanceQuery;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Asks the shards for next words until it is proved that the most probable ones are listed, with the probabilities that a score
 * gives them.
 *
 * <p>In the first round each shard lists what it finds best: that of the context the words that follow it, the others the words
 * of theirs with the highest counts. Each has but a part of a word's probability, so a second round asks every owner about all
 * words that any has listed, and those that the caches and the network name. What no shard has listed is bounded: α by that of the
 * context, b by the highest counts left. Where the mixture of the bounds is above the last word of the list, more is asked for.
 * Where the words have to begin with something, the shards list and bound those that do, and nobody looks at the others.
 * The threshold algorithm of Fagin, Lotem and Naor (2003). Not thread-safe.
 */
final class NextWordSearch {

    /** Words that each shard lists beyond those wanted, in the first round. */
    private static final int SPARE = 16;

    /** By how much each round after the second asks for more. */
    private static final int GROWTH = 4;

    /** Every word of any vocabulary is listed before. */
    private static final int MOST_ROUNDS = 16;

    /**
     * Where there is a background. A word that the background has and the counts do not is a part of their {@code <unk>}: where only a few
     * such words are left, each part is large, and nobody has a list of them. To find them is to look at all words, for each word
     * of a text.
     */
    private static final int MOST_ROUNDS_BESIDE_BACKGROUND = 4;

    /** Says what one model makes of what the shards say; empty where nothing has been learned. */
    interface Judge {

        /** @param place the number of the place */
        Optional<NextWordPrediction> predict(int place, Gather.Gathered gathered);
    }

    private final ModelParts parts;
    private final int k;
    private final WordPrefix prefix;
    private final Gather gather;

    /**
     * @param k how many words to find in each place
     * @param prefix what they begin with
     */
    NextWordSearch(ModelParts parts, int k, WordPrefix prefix) {
        this.parts = parts;
        this.k = k;
        this.prefix = prefix;
        gather = new Gather(parts.settings(), parts.shards());
    }

    /**
     * Finds the best words in several places, one round trip a round for all of them.
     *
     * @param places documents, the last sentence of each taken as still open; the first round tells {@code judge} what the counts
     *     say of all of it, later ones of its last sentence alone
     * @param candidates for each place, words to look at in the first round beside those that the shards list
     * @throws IllegalStateException if the thread is interrupted
     */
    List<Optional<NextWordPrediction>> find(List<DocumentTokens> places, List<List<String>> candidates, Judge judge) {
        List<Optional<NextWordPrediction>> found = new ArrayList<>(places.stream()
                .map(none -> Optional.<NextWordPrediction>empty())
                .toList());
        List<Set<String>> asked = new ArrayList<>();
        for (int place = 0; place < places.size(); place++) {
            Set<String> words = new LinkedHashSet<>(candidates.get(place));
            DocumentTokens document = places.get(place);
            parts.settings()
                    .background()
                    .ifPresent(background -> words.addAll(BackgroundRows.bestAfter(
                            background, document.words(), document.tokens(), prefix, k + SPARE)));
            asked.add(words);
        }
        int[] open = IntStream.range(0, places.size()).toArray();
        int proposals = k + SPARE;
        int most = parts.settings().background().isPresent() ? MOST_ROUNDS_BESIDE_BACKGROUND : MOST_ROUNDS;
        for (int round = 1; open.length > 0 && round <= most; round++) {
            List<DocumentTokens> documents = new ArrayList<>();
            List<InstanceQuery> queries = new ArrayList<>();
            for (int place : open) {
                DocumentTokens document = round == 1 ? places.get(place) : lastSentence(places.get(place));
                documents.add(document);
                parts.addProofs(document, proposals, List.copyOf(asked.get(place)), prefix, queries);
            }
            List<byte[]> answers = parts.access().ask(queries);
            List<Integer> left = new ArrayList<>();
            for (int i = 0; i < open.length; i++) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new IllegalStateException("interrupted: the query has taken too long");
                }
                Gather.Gathered gathered = gather.gather(
                        documents.get(i), answers.subList(i * parts.shards(), (i + 1) * parts.shards()), prefix);
                Optional<NextWordPrediction> predicted = judge.predict(open[i], gathered);
                found.set(open[i], predicted);
                if (predicted.isPresent() && !predicted.get().isProved(k)) {
                    left.add(open[i]);
                    Set<String> more = asked.get(open[i]);
                    more.addAll(gathered.candidates().words());
                    more.addAll(predicted.get().missed());
                    if (round > 2 && parts.settings().vocabulary() instanceof Vocabulary.Fixed fixed) {
                        fixed.words().stream().filter(prefix::matches).forEach(more::add);
                    }
                }
            }
            open = left.stream().mapToInt(Integer::intValue).toArray();
            proposals = round == 1 ? proposals : (int) Math.min(Integer.MAX_VALUE / 8, (long) proposals * GROWTH);
        }
        return found;
    }

    /** All that the counts need to say what may come next. */
    static DocumentTokens lastSentence(DocumentTokens open) {
        int[] tokens = open.tokens();
        int end = Math.max(0, tokens.length - 1);
        int start = end;
        while (start > 0 && tokens[start - 1] != DocumentTokens.EOS) {
            start--;
        }
        return DocumentTokens.of(List.of(Arrays.stream(tokens, start, end)
                .mapToObj(token -> open.words()[token])
                .toList()));
    }
}
