package dev.driftline.subword;

import dev.driftline.subword.SentencePieceFile.Normalization;
import dev.driftline.subword.SentencePieceFile.Piece;
import dev.driftline.subword.SentencePieceFile.PieceType;
import dev.driftline.subword.SentencePieceFile.Sample;
import dev.driftline.text.SubwordModel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A model of SentencePiece, from its own file. It has no native part. Immutable, so thread-safe. */
final class SentencePieceModel implements SubwordModel {

    private static final String MARK = "▁";

    private static final int BYTES = 256;

    private final List<Piece> pieces;
    private final PieceTrie trie;
    private final Normalizer normalizer;
    private final Optional<Normalizer> denormalizer;
    private final Cutter cutter;
    private final boolean byteFallback;
    /** Whether spaces at the front of a text are not the text's: the first, or all of them. */
    private final Normalization spaces;
    /** Of the pieces that stand for a byte. */
    private final Map<String, Byte> bytes;

    /** @throws IllegalArgumentException if the file contradicts itself, or its samples are cut in another way */
    SentencePieceModel(SentencePieceFile file) {
        pieces = file.pieces();
        Map<String, Integer> inText = new HashMap<>();
        Map<String, Integer> defined = new HashMap<>();
        boolean unknown = false;
        for (int id = 0; id < pieces.size(); id++) {
            Piece piece = pieces.get(id);
            unknown |= piece.type() == PieceType.UNKNOWN;
            if (piece.type().standsInText() && inText.put(piece.text(), id) != null) {
                throw new IllegalArgumentException("the piece " + id + " is there twice: '" + piece.text() + "'");
            }
            if (piece.type() == PieceType.USER_DEFINED) {
                defined.put(piece.text(), id);
            }
        }
        byteFallback = file.byteFallback();
        bytes = byteFallback ? bytePieces(pieces) : Map.of();
        if (!unknown || byteFallback && bytes.size() < BYTES) {
            throw new IllegalArgumentException(
                    unknown
                            ? "it cuts what it does not know into bytes, and has pieces for " + bytes.size() + " of "
                                    + BYTES
                            : "it has no piece for what it does not know");
        }
        trie = new PieceTrie(inText);
        PieceTrie userDefined = new PieceTrie(defined);
        spaces = file.normalization();
        normalizer = new Normalizer(spaces, file.spaceAsSuffix(), userDefined);
        denormalizer = file.denormalization().map(rules -> new Normalizer(rules, false, new PieceTrie(Map.of())));
        cutter = switch (file.kind()) {
            case UNIGRAM -> new UnigramCutter(pieces, trie);
            case BPE -> new MergingCutter(pieces, trie, userDefined);
            case WORD -> WholeCutter.words(trie);
            case CHAR -> WholeCutter.characters(trie, userDefined);
        };
        for (Sample sample : file.samples()) {
            String cut = String.join(" ", tokens(sample.text()));
            if (!cut.equals(sample.pieces())) {
                throw new IllegalArgumentException("its own sample '" + sample.text() + "' is cut into '" + cut
                        + "', and its trainer cut it into '" + sample.pieces()
                        + "': convert it to a tokenizer.json, which another library reads");
            }
        }
    }

    private static Map<String, Byte> bytePieces(List<Piece> pieces) {
        Map<String, Byte> values = new HashMap<>();
        for (int value = 0; value < BYTES; value++) {
            values.put(byteText(value), (byte) value);
        }
        Map<String, Byte> found = new HashMap<>();
        for (Piece piece : pieces) {
            Byte value = values.get(piece.text());
            if (piece.type() == PieceType.BYTE && value != null) {
                found.put(piece.text(), value);
            }
        }
        return found;
    }

    private static String byteText(int value) {
        return String.format(Locale.ROOT, "<0x%02X>", value & 0xFF);
    }

    @Override
    public List<String> tokens(String line) {
        byte[] text = normalizer.normalized(line.getBytes(StandardCharsets.UTF_8));
        List<String> tokens = new ArrayList<>();
        cutter.cut(text, new Cutter.Pieces() {

            private boolean afterUnknown;

            @Override
            public void add(int from, int to, int id) {
                boolean unknown = id == PieceTrie.NONE;
                if (!unknown) {
                    tokens.add(pieces.get(id).text());
                } else if (byteFallback) {
                    for (int at = from; at < to; at++) {
                        tokens.add(byteText(text[at]));
                    }
                } else {
                    String written = new String(text, from, to - from, StandardCharsets.UTF_8);
                    if (afterUnknown) {
                        int last = tokens.size() - 1;
                        tokens.set(last, tokens.get(last) + written);
                    } else {
                        tokens.add(written);
                    }
                }
                afterUnknown = unknown;
            }
        });
        return tokens;
    }

    @Override
    public String text(List<String> tokens) {
        StringBuilder text = new StringBuilder();
        boolean atFront = spaces.addsSpace() || spaces.removesSpaces();
        for (int i = 0; i < tokens.size(); ) {
            int end = i;
            while (end < tokens.size() && bytes.containsKey(tokens.get(end))) {
                end++;
            }
            if (end > i) {
                text.append(characters(tokens.subList(i, end)));
                i = end;
                continue;
            }
            String token = tokens.get(i++);
            byte[] written = token.getBytes(StandardCharsets.UTF_8);
            if (trie.id(written, 0, written.length) == PieceTrie.NONE) {
                text.append(token);
                continue;
            }
            boolean hides = atFront && text.isEmpty() && token.startsWith(MARK);
            text.append((hides ? token.substring(MARK.length()) : token).replace(MARK, " "));
            atFront &= !hides || spaces.removesSpaces();
        }
        return denormalizer.isEmpty()
                ? text.toString()
                : new String(
                        denormalizer.get().normalized(text.toString().getBytes(StandardCharsets.UTF_8)),
                        StandardCharsets.UTF_8);
    }

    /** The characters that bytes are; U+FFFD for each that belongs to none. */
    private String characters(List<String> tokens) {
        byte[] utf8 = new byte[tokens.size()];
        for (int i = 0; i < utf8.length; i++) {
            utf8[i] = bytes.getOrDefault(tokens.get(i), (byte) 0);
        }
        StringBuilder text = new StringBuilder();
        for (int from = 0, to; from < utf8.length; from = to) {
            to = from + ByteText.characterLength(utf8, from, utf8.length);
            String one = new String(utf8, from, to - from, StandardCharsets.UTF_8);
            boolean sound = Arrays.equals(one.getBytes(StandardCharsets.UTF_8), 0, to - from, utf8, from, to);
            to = sound ? to : from + 1;
            text.append(sound ? one : "\uFFFD");
        }
        return text.toString();
    }
}
