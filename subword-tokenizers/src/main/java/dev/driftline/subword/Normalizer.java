package dev.driftline.subword;

import dev.driftline.subword.SentencePieceFile.Normalization;

/** What SentencePiece does to a text before it is cut: replaces characters, and marks spaces. Immutable. */
final class Normalizer {

    private static final byte SPACE = ' ';
    /** U+2581 */
    private static final byte[] MARK = {(byte) 0xE2, (byte) 0x96, (byte) 0x81};

    private final Normalization rules;
    private final CharsMap charsMap;
    private final boolean spaceAsSuffix;
    /** Are not changed. */
    private final PieceTrie userDefined;

    private final byte[] space;

    Normalizer(Normalization rules, boolean spaceAsSuffix, PieceTrie userDefined) {
        this.rules = rules;
        this.charsMap = CharsMap.of(rules.charsMap());
        this.spaceAsSuffix = spaceAsSuffix;
        this.userDefined = userDefined;
        this.space = rules.marksSpaces() ? MARK : new byte[] {SPACE};
    }

    /** @param text UTF-8 */
    byte[] normalized(byte[] text) {
        ByteText made = new ByteText(text.length + text.length / 2);
        ByteText part = new ByteText(32);
        int at = 0;
        if (rules.removesSpaces()) {
            for (int end; at < text.length; at = end) {
                part.cutTo(0);
                end = part(text, at, part);
                if (part.size() != 1 || part.at(0) != SPACE) {
                    break;
                }
            }
        }
        if (at == text.length) {
            return new byte[0];
        }
        if (rules.addsSpace() && !spaceAsSuffix) {
            made.add(space, 0, space.length);
        }
        boolean afterSpace = rules.removesSpaces();
        while (at < text.length) {
            part.cutTo(0);
            at = part(text, at, part);
            int first = 0;
            while (afterSpace && first < part.size() && part.at(first) == SPACE) {
                first++;
            }
            if (first < part.size()) {
                for (int i = first; i < part.size(); i++) {
                    if (part.at(i) == SPACE) {
                        made.add(space, 0, space.length);
                    } else {
                        made.add(part.at(i));
                    }
                }
                afterSpace = rules.removesSpaces() && part.at(part.size() - 1) == SPACE;
            }
        }
        while (rules.removesSpaces() && made.endsWith(space)) {
            made.cutTo(made.size() - space.length);
        }
        if (rules.addsSpace() && spaceAsSuffix) {
            made.add(space, 0, space.length);
        }
        return made.toBytes();
    }

    /** Adds what becomes of what stands at {@code from}, and returns where that ends. */
    private int part(byte[] text, int from, ByteText part) {
        int whole = userDefined.longest(text, from, text.length);
        if (whole == 0) {
            long rule = charsMap.longest(text, from, text.length);
            if (rule != 0) {
                charsMap.replace(rule, part);
                return from + CharsMap.length(rule);
            }
            whole = ByteText.characterLength(text, from, text.length);
        }
        part.add(text, from, from + whole);
        return from + whole;
    }
}
