package dev.driftline.neural;

import java.util.Arrays;

/** The distinct words of a chunk, numbered in order of first occurrence. Allocates only to grow. */
public final class ChunkWords {

    private int[] numbers = {};
    private int[] firstRows = {};
    private int[] ofRow = {};
    private int[] tokens = {};
    private int count;

    /**
     * Numbers the words of a chunk.
     *
     * @param all tokens; the chunk has {@code rows} of them, from {@code from} on
     */
    void of(int[] all, int from, int rows) {
        for (int word = 0; word < count; word++) {
            numbers[tokens[word]] = 0;
        }
        count = 0;
        if (ofRow.length < rows) {
            ofRow = new int[rows];
            firstRows = new int[rows];
            tokens = new int[rows];
        }
        for (int row = 0; row < rows; row++) {
            int token = all[from + row];
            if (token >= numbers.length) {
                numbers = Arrays.copyOf(numbers, Math.max(token + 1, 2 * numbers.length));
            }
            // Numbers start at 1 here: 0 marks a word that has not occurred.
            if (numbers[token] == 0) {
                tokens[count] = token;
                firstRows[count] = row;
                numbers[token] = ++count;
            }
            ofRow[row] = numbers[token] - 1;
        }
    }

    /** How many distinct words there are. */
    public int count() {
        return count;
    }

    /** The word of a row. */
    public int of(int row) {
        return ofRow[row];
    }

    /** The token of a word. */
    public int token(int word) {
        return tokens[word];
    }

    /** The first row with a word. */
    int firstRow(int word) {
        return firstRows[word];
    }
}
