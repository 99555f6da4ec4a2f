package dev.driftline.export;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** An ARPA file as anybody would read it: slow, and built on nothing of ours. */
final class ArpaText {

    private final Map<List<String>, double[]> ngrams = new HashMap<>();
    private final Map<Integer, Integer> announced = new HashMap<>();
    private final Map<Integer, Integer> found = new HashMap<>();
    private int order;

    ArpaText(byte[] file) {
        int section = 0;
        for (String line : new String(file, StandardCharsets.UTF_8).split("\n")) {
            if (line.startsWith("ngram ")) {
                String[] parts = line.substring("ngram ".length()).split("=");
                announced.put(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
            } else if (line.matches("\\\\[0-9]+-grams:")) {
                section = Integer.parseInt(line.substring(1, line.indexOf('-')));
                order = section;
            } else if (section > 0 && !line.isEmpty() && !line.equals("\\end\\")) {
                String[] fields = line.split("\t");
                List<String> words = List.of(fields[1].split(" "));
                double backoff = fields.length > 2 ? Double.parseDouble(fields[2]) : 0;
                if (words.size() != section
                        || ngrams.put(words, new double[] {Double.parseDouble(fields[0]), backoff}) != null) {
                    throw new IllegalArgumentException(line);
                }
                found.merge(section, 1, Integer::sum);
            }
        }
    }

    /** How many n-grams the header says that there are of an order, and how many there are. */
    List<Integer> counts(int ofOrder) {
        return List.of(announced.getOrDefault(ofOrder, 0), found.getOrDefault(ofOrder, 0));
    }

    int order() {
        return order;
    }

    Set<List<String>> ngrams() {
        return ngrams.keySet();
    }

    Set<String> words() {
        Set<String> words = new TreeSet<>();
        ngrams.keySet().stream().filter(ngram -> ngram.size() == 1).forEach(ngram -> words.add(ngram.get(0)));
        return words;
    }

    double[] ngram(String... words) {
        return ngrams.get(List.of(words));
    }

    /** log10 p of the last word after the others. */
    double log10(List<String> words) {
        return log10Known(longest(words));
    }

    /** How many words the n-gram has that says so; 1 where the last word is unknown. */
    int length(List<String> words) {
        List<String> ngram = longest(words);
        while (ngram.size() > 1 && !ngrams.containsKey(ngram)) {
            ngram = ngram.subList(1, ngram.size());
        }
        return ngram.size();
    }

    private List<String> longest(List<String> words) {
        List<String> known = new ArrayList<>();
        for (String word : words) {
            known.add(ngrams.containsKey(List.of(word)) ? word : "<unk>");
        }
        return known.subList(Math.max(0, known.size() - order), known.size());
    }

    private double log10Known(List<String> words) {
        double[] found = ngrams.get(words);
        if (found != null) {
            return found[0];
        }
        double[] context = ngrams.get(words.subList(0, words.size() - 1));
        return (context == null ? 0 : context[1]) + log10Known(words.subList(1, words.size()));
    }

    /** The sum of the probabilities of all words after some. */
    double sum(String... context) {
        double sum = 0;
        for (String word : words()) {
            if (!word.equals("<s>")) {
                List<String> ngram = new ArrayList<>(Arrays.asList(context));
                ngram.add(word);
                sum += Math.pow(10, log10(ngram));
            }
        }
        return sum;
    }
}
