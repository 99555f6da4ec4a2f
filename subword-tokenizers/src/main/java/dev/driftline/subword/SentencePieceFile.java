package dev.driftline.subword;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a file of SentencePiece says, by the numbers of {@code sentencepiece_model.proto}. Fields that only training reads are
 * passed over.
 *
 * @param pieces by id
 * @param kind how a text is cut
 * @param byteFallback whether a character that is not a piece becomes its bytes
 * @param spaceAsSuffix whether a space belongs to the word before it
 * @param normalization what is done to a text before it is cut
 * @param denormalization what is done to a text that was put together
 * @param samples texts with the pieces that the trainer made of them
 */
record SentencePieceFile(
        List<Piece> pieces,
        Kind kind,
        boolean byteFallback,
        boolean spaceAsSuffix,
        Normalization normalization,
        Optional<Normalization> denormalization,
        List<Sample> samples) {

    /** In the order of the format. */
    enum Kind {
        UNIGRAM,
        BPE,
        WORD,
        CHAR
    }

    enum PieceType {
        NORMAL,
        UNKNOWN,
        CONTROL,
        /** Always cut whole, and never changed before. */
        USER_DEFINED,
        UNUSED,
        BYTE;

        /** Whether a text can have it. */
        boolean standsInText() {
            return this == NORMAL || this == USER_DEFINED || this == UNUSED;
        }
    }

    /** @param score for {@link Kind#UNIGRAM} a natural logarithm, for {@link Kind#BPE} larger for what is merged earlier */
    record Piece(String text, float score, PieceType type) {}

    /**
     * @param charsMap what stands for what; empty for nothing
     * @param addsSpace whether a space is put before (or behind) a text
     * @param removesSpaces whether spaces around a text, and all but one between words, are dropped
     * @param marksSpaces whether {@code ▁} stands for a space
     */
    record Normalization(byte[] charsMap, boolean addsSpace, boolean removesSpaces, boolean marksSpaces) {}

    /** @param pieces with a space between them */
    record Sample(String text, String pieces) {}

    /** As the library has it. */
    private static final int LONGEST_PIECE = 8_000;

    /** @throws IllegalArgumentException if the bytes are not such a file */
    static SentencePieceFile of(byte[] bytes) {
        List<Piece> pieces = new ArrayList<>();
        Kind kind = Kind.UNIGRAM;
        boolean byteFallback = false;
        boolean spaceAsSuffix = false;
        Normalization normalization = normalization(new WireFields(new byte[0]));
        Optional<Normalization> denormalization = Optional.empty();
        List<Sample> samples = new ArrayList<>();

        WireFields model = new WireFields(bytes);
        while (model.next()) {
            switch (model.number()) {
                case 1 -> pieces.add(piece(model.message(), pieces.size()));
                case 2 -> {
                    WireFields training = model.message();
                    while (training.next()) {
                        switch (training.number()) {
                            case 3 -> kind = constant(Kind.values(), training.integer(), "kind of model");
                            case 24 -> spaceAsSuffix = training.flag();
                            case 35 -> byteFallback = training.flag();
                            default -> {}
                        }
                    }
                }
                case 3 -> normalization = normalization(model.message());
                case 4 -> {
                    WireFields test = model.message();
                    while (test.next()) {
                        if (test.number() == 1) {
                            samples.add(sample(test.message()));
                        }
                    }
                }
                case 5 ->
                    denormalization =
                            Optional.of(normalization(model.message())).filter(spec -> spec.charsMap().length > 0);
                default -> {}
            }
        }
        return new SentencePieceFile(
                List.copyOf(pieces),
                kind,
                byteFallback,
                spaceAsSuffix,
                normalization,
                denormalization,
                List.copyOf(samples));
    }

    private static Piece piece(WireFields fields, int id) {
        String text = "";
        float score = 0;
        PieceType type = PieceType.NORMAL;
        while (fields.next()) {
            switch (fields.number()) {
                case 1 -> text = fields.text();
                case 2 -> score = fields.decimal();
                case 3 -> type = constant(PieceType.values(), fields.integer(), "type of piece");
                default -> {}
            }
        }
        if (text.isEmpty() || text.length() > LONGEST_PIECE || text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the piece " + id + " is empty, or longer than " + LONGEST_PIECE
                    + " characters, or has the character U+0000");
        }
        return new Piece(text, score, type);
    }

    private static Normalization normalization(WireFields fields) {
        byte[] charsMap = {};
        boolean addsSpace = true;
        boolean removesSpaces = true;
        boolean marksSpaces = true;
        while (fields.next()) {
            switch (fields.number()) {
                case 2 -> charsMap = fields.content();
                case 3 -> addsSpace = fields.flag();
                case 4 -> removesSpaces = fields.flag();
                case 5 -> marksSpaces = fields.flag();
                default -> {}
            }
        }
        return new Normalization(charsMap, addsSpace, removesSpaces, marksSpaces);
    }

    private static Sample sample(WireFields fields) {
        String text = "";
        String pieces = "";
        while (fields.next()) {
            switch (fields.number()) {
                case 1 -> text = fields.text();
                case 2 -> pieces = fields.text();
                default -> {}
            }
        }
        return new Sample(text, pieces);
    }

    private static <T> T constant(T[] values, int number, String what) {
        if (number < 1 || number > values.length) {
            throw new IllegalArgumentException(
                    "the " + what + " " + number + " is not known: 1 to " + values.length + " are");
        }
        return values[number - 1];
    }
}
