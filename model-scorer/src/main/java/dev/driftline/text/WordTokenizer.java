package dev.driftline.text;

import com.ibm.icu.text.BreakIterator;
import com.ibm.icu.util.ULocale;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sentences and words by Unicode's rules (UAX 29), as ICU implements them for each language.
 *
 * <p>Chinese, Japanese, Thai, Lao, Khmer and Burmese, which do not put spaces between words, are cut by ICU's dictionaries,
 * whatever the language given. Punctuation marks and symbols are tokens of their own, emoji sequences stay whole, and
 * white space is dropped. A line break ends a sentence. Where the language is known, so are its abbreviations: "Mr."
 * does not end an English sentence. {@code <unk>}, as corpora write a word that was taken out, stays whole.
 */
final class WordTokenizer implements Tokenizer {

    private static final int LANGUAGES_KEPT = 16;

    /** Stands in many corpora for words that were taken out, and is one token, not three. */
    private static final String UNKNOWN = "<unk>";

    private record Breaks(BreakIterator sentences, BreakIterator words) {}

    // Languages come from events: bounded, so that tags made up by a producer cannot fill the heap.
    private final Map<String, Breaks> breaks = new LinkedHashMap<>(32, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Breaks> eldest) {
            return size() > LANGUAGES_KEPT;
        }
    };

    @Override
    public List<List<String>> sentences(String text, String language) {
        Characters.requireWellFormed(text);
        Breaks rules = breaks.computeIfAbsent(language, WordTokenizer::breaksOf);
        List<List<String>> sentences = new ArrayList<>();
        List<String> sentence = new ArrayList<>();
        rules.sentences.setText(text);
        rules.words.setText(text);
        int sentenceEnd = rules.sentences.next();
        int start = rules.words.first();
        for (int end = rules.words.next(); end != BreakIterator.DONE; start = end, end = rules.words.next()) {
            if (text.startsWith(UNKNOWN, start)) {
                // The question moves the iterator, so it is put back where the answer is no: an accent stands on the
                // mark.
                if (rules.words.isBoundary(start + UNKNOWN.length())) {
                    end = start + UNKNOWN.length();
                } else {
                    rules.words.isBoundary(end);
                }
            }
            while (start >= sentenceEnd && sentenceEnd != BreakIterator.DONE) {
                sentence = close(sentence, sentences);
                sentenceEnd = rules.sentences.next();
            }
            if (rules.words.getRuleStatus() >= BreakIterator.WORD_NONE_LIMIT
                    || !Characters.invisible(text, start, end)) {
                sentence.add(text.substring(start, end));
            }
        }
        close(sentence, sentences);
        return sentences;
    }

    private static List<String> close(List<String> sentence, List<List<String>> sentences) {
        if (sentence.isEmpty()) {
            return sentence;
        }
        sentences.add(sentence);
        return new ArrayList<>();
    }

    private static Breaks breaksOf(String language) {
        ULocale locale = ULocale.forLanguageTag(language);
        return new Breaks(
                BreakIterator.getSentenceInstance(locale.setKeywordValue("ss", "standard")),
                BreakIterator.getWordInstance(locale));
    }
}
