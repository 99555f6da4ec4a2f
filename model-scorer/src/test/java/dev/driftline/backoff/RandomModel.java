package dev.driftline.backoff;

import dev.driftline.codec.SplitMix64;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A backoff model whose probabilities sum to 1, drawn by chance, and what the definition of backoff says of it. */
final class RandomModel {

    private record Entry(double log10, double backoff) {}

    final int order;
    final List<String> words = new ArrayList<>();
    final List<TreeMap<String, Entry>> entries = new ArrayList<>();
    private final Random random;

    /**
     * @param many how many followers the empty and the most common contexts have
     * @param holes whether suffixes are left out, as SRILM's pruning does
     */
    RandomModel(long seed, int order, int vocabulary, int many, boolean holes) {
        this.order = order;
        random = new Random(SplitMix64.mix(seed));
        words.add("<unk>");
        words.add("</s>");
        for (int i = 2; i < vocabulary; i++) {
            words.add(i % 7 == 0 ? "größe" + i : i % 11 == 0 ? "語🙂" + i : "w" + i);
        }
        TreeMap<String, Entry> unigrams = new TreeMap<>();
        double[] p = distribution(words.size(), 1);
        for (int i = 0; i < words.size(); i++) {
            unigrams.put(words.get(i), new Entry(Math.log10(p[i]), 0));
        }
        unigrams.put("<s>", new Entry(-99, 0));
        entries.add(unigrams);
        for (int n = 2; n <= order; n++) {
            TreeMap<String, Entry> longer = new TreeMap<>();
            for (Map.Entry<String, Entry> context :
                    List.copyOf(entries.get(n - 2).entrySet())) {
                if (context.getKey().endsWith("</s>")
                        || random.nextInt(n) > 0 && !context.getKey().endsWith("<s>")) {
                    continue;
                }
                int width = random.nextInt(5) == 0 ? many : 1 + random.nextInt(4);
                List<String> followers = new ArrayList<>(words);
                Collections.shuffle(followers, random);
                followers = followers.subList(0, Math.min(width, followers.size() - 1));
                double mass = 0.2 + 0.6 * random.nextDouble();
                double[] explicit = distribution(followers.size(), mass);
                double below = 0;
                for (int i = 0; i < followers.size(); i++) {
                    String ngram = context.getKey() + " " + followers.get(i);
                    longer.put(ngram, new Entry(Math.log10(explicit[i]), 0));
                    below += Math.pow(10, log10(shorter(context.getKey()), followers.get(i)));
                }
                entries.get(n - 2)
                        .put(
                                context.getKey(),
                                new Entry(
                                        context.getValue().log10,
                                        below < 1 ? Math.log10((1 - mass) / (1 - below)) : 0));
            }
            entries.add(longer);
            if (holes && n > 2) {
                // The sums stay: what is left out was worth what backing off gives.
                TreeMap<String, Entry> before = entries.get(n - 2);
                for (String suffix : List.copyOf(before.keySet())) {
                    boolean context = longer.keySet().stream().anyMatch(longest -> longest.startsWith(suffix + " "));
                    if (!context && random.nextInt(3) == 0 && n - 1 >= 2) {
                        before.remove(suffix);
                    }
                }
            }
        }
    }

    private double[] distribution(int size, double mass) {
        double[] p = new double[size];
        double sum = 0;
        for (int i = 0; i < size; i++) {
            p[i] = Math.exp(3 * random.nextGaussian());
            sum += p[i];
        }
        for (int i = 0; i < size; i++) {
            p[i] *= mass / sum;
        }
        return p;
    }

    private static String shorter(String ngram) {
        int space = ngram.indexOf(' ');
        return space < 0 ? "" : ngram.substring(space + 1);
    }

    /** The definition, read aloud. */
    double log10(String context, String word) {
        String ngram = context.isEmpty() ? word : context + " " + word;
        int length = ngram.split(" ").length;
        if (length <= entries.size()) {
            Entry entry = entries.get(length - 1).get(ngram);
            if (entry != null) {
                return entry.log10;
            }
        }
        Entry backoff = length - 1 <= entries.size() ? entries.get(length - 2).get(context) : null;
        return (backoff == null ? 0 : backoff.backoff) + log10(shorter(context), word);
    }

    /** As an ARPA file, n-grams in any order. */
    String arpa() {
        StringBuilder text = new StringBuilder("\\data\\\n");
        for (int n = 1; n <= order; n++) {
            text.append("ngram ")
                    .append(n)
                    .append('=')
                    .append(entries.get(n - 1).size())
                    .append('\n');
        }
        for (int n = 1; n <= order; n++) {
            text.append("\n\\").append(n).append("-grams:\n");
            List<Map.Entry<String, Entry>> lines =
                    new ArrayList<>(entries.get(n - 1).entrySet());
            Collections.shuffle(lines, random);
            for (Map.Entry<String, Entry> line : lines) {
                text.append(line.getValue().log10).append('\t').append(line.getKey());
                if (n < order && line.getValue().backoff != 0) {
                    text.append('\t').append(line.getValue().backoff);
                }
                text.append('\n');
            }
        }
        return text.append("\n\\end\\\n").toString();
    }

    BackoffModel model() {
        BackoffBuilder builder = BackoffModel.builder(order);
        for (TreeMap<String, Entry> ngrams : entries) {
            List<Map.Entry<String, Entry>> lines = new ArrayList<>(ngrams.entrySet());
            Collections.shuffle(lines, random);
            lines.forEach(line -> builder.add(
                    line.getValue().log10,
                    line.getValue().backoff,
                    line.getKey().split(" ")));
        }
        return builder.build();
    }

    /** A context of up to {@code most} words by chance, mostly one that the model has. */
    String context(int most) {
        int length = random.nextInt(most + 1);
        if (length == 0) {
            return "";
        }
        TreeMap<String, Entry> from =
                entries.get(Math.min(length, order - 1) - 1 < 0 ? 0 : Math.min(length, order) - 1);
        if (random.nextInt(4) > 0 && !from.isEmpty()) {
            List<String> keys = List.copyOf(from.keySet());
            return keys.get(random.nextInt(keys.size()));
        }
        StringBuilder drawn = new StringBuilder(random.nextBoolean() ? "<s>" : words.get(random.nextInt(words.size())));
        for (int i = 1; i < length; i++) {
            drawn.append(' ').append(words.get(random.nextInt(words.size())));
        }
        return drawn.toString();
    }
}
