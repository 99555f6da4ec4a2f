package dev.driftline.library;

import dev.driftline.codec.Varints;
import dev.driftline.ngram.Forgetting;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.smoothing.Smoothing;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a saved model is, beside its pages: a version byte, the tokenizer, order, smoothing, δ, what is forgotten, and the
 * vocabulary: 0 growing without {@code <unk>} counts, 1 growing, or 2 and the words of a fixed one.
 */
record ModelDescription(ModelSettings settings, String tokenizer) {

    private static final int VERSION = 1;
    private static final int FIXED = 2;

    byte[] encode() {
        Varints.Writer out = new Varints.Writer(128);
        out.writeByte(VERSION);
        write(out, tokenizer);
        out.writeByte(settings.order());
        write(out, settings.smoothing().label());
        out.writeDouble(settings.delta());
        out.writeLong(settings.forgetting().maxBytes());
        out.writeLong(settings.forgetting().maxNgrams());
        out.writeLong(settings.forgetting().halfLifeTokens());
        if (settings.vocabulary() instanceof Vocabulary.Fixed fixed) {
            out.writeByte(FIXED);
            out.writeInt(fixed.words().size());
            // In order, so that the same model gives the same file.
            new TreeSet<>(fixed.words()).forEach(word -> write(out, word));
        } else {
            out.writeByte(((Vocabulary.Growing) settings.vocabulary()).countUnknown() ? 1 : 0);
        }
        return out.toByteArray();
    }

    /** @throws IllegalArgumentException where the bytes are of another version, or are none of ours */
    static ModelDescription decode(byte[] bytes) {
        Varints.Reader in = new Varints.Reader(bytes);
        int version = in.hasRemaining() ? in.readByte() : 0;
        if (version != VERSION) {
            throw new IllegalArgumentException("an n-gram model of version " + version + ", this program reads "
                    + VERSION + ": load it with the version of Driftline that saved it");
        }
        String tokenizer = read(in);
        int order = in.readByte();
        Smoothing smoothing = Smoothing.named(read(in));
        double delta = in.readDouble();
        Forgetting forgetting = new Forgetting(in.readLong(), in.readLong(), in.readLong());
        int kind = in.readByte();
        Vocabulary vocabulary = kind == FIXED ? fixed(in) : new Vocabulary.Growing(kind == 1);
        return new ModelDescription(
                new ModelSettings(order, smoothing, vocabulary, delta).forgetting(forgetting), tokenizer);
    }

    private static Vocabulary fixed(Varints.Reader in) {
        Set<String> words = new HashSet<>();
        for (int left = in.readCount(1); left > 0; left--) {
            words.add(read(in));
        }
        return new Vocabulary.Fixed(words);
    }

    private static void write(Varints.Writer out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String read(Varints.Reader in) {
        return new String(in.readBytes(), StandardCharsets.UTF_8);
    }
}
