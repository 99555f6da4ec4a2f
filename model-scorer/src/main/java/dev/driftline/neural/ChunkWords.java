package dev.driftline.neural;

import java.util.Arrays;

/** The different words of a chunk, numbered in the order in which they come. Allocates only when it has to grow. */
public final class ChunkWords {

    private int[] numbers = {};
    private int[] firstRows = {};
    private int[] ofRow = {};
    private int[] tokens = {};
    private int count;

    /**
     * Turns to a chunk.
     *
     * @param all tokens, of which the chunk's are {@code rows} from {@code from} on
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
            // Numbers begin with 1 here: 0 is a word that has not come yet.
            if (numbers[token] == 0) {
                tokens[count] = token;
                firstRows[count] = row;
                numbers[token] = ++count;
            }
            ofRow[row] = numbers[token] - 1;
        }
    }

    /** How many there are. */
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

    /** The first row in which a word stands. */
    int firstRow(int word) {
        return firstRows[word];
    }
}
