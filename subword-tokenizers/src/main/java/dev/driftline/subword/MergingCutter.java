package dev.driftline.subword;

import dev.driftline.subword.SentencePieceFile.Piece;
import dev.driftline.subword.SentencePieceFile.PieceType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Byte pair encoding (Sennrich and others 2016) as SentencePiece does it: of all neighbours that are a piece together, the
 * ones with the highest score become one, the leftmost first. Pieces that are not used are taken apart again. Time O(n log n)
 * in the length of a text.
 */
final class MergingCutter implements Cutter {

    private final List<Piece> pieces;
    private final PieceTrie trie;
    private final PieceTrie userDefined;

    MergingCutter(List<Piece> pieces, PieceTrie trie, PieceTrie userDefined) {
        this.pieces = pieces;
        this.trie = trie;
        this.userDefined = userDefined;
    }

    @Override
    public void cut(byte[] text, Pieces found) {
        new Merging(text).run(found);
    }

    private record Pair(int left, int right, float score, int bytes) implements Comparable<Pair> {

        @Override
        public int compareTo(Pair other) {
            if (score != other.score) {
                return score > other.score ? -1 : 1;
            }
            return Integer.compare(left, other.left);
        }
    }

    /** One text. A part is known by the byte at which it begins. */
    private final class Merging {

        private static final int NONE = -1;

        private final byte[] text;
        /** Where a part ends; 0 for one that has become part of another. */
        private final int[] ends;

        private final int[] before;
        private final boolean[] whole;
        private final PriorityQueue<Pair> agenda = new PriorityQueue<>();
        /** The bytes of the left part of those that are not used, by their id. */
        private final Map<Integer, Integer> apart = new HashMap<>();

        Merging(byte[] text) {
            this.text = text;
            ends = new int[text.length];
            before = new int[text.length + 1];
            whole = new boolean[text.length];
        }

        void run(Pieces found) {
            int last = NONE;
            for (int from = 0; from < text.length; from = ends[from]) {
                int symbol = userDefined.longest(text, from, text.length);
                whole[from] = symbol > 0;
                ends[from] = from + (symbol > 0 ? symbol : ByteText.characterLength(text, from, text.length));
                before[from] = last;
                last = from;
            }
            before[text.length] = last;
            for (int from = 0; from < text.length && ends[from] < text.length; from = ends[from]) {
                propose(from, ends[from]);
            }
            for (Pair pair = agenda.poll(); pair != null; pair = agenda.poll()) {
                merge(pair);
            }
            for (int from = 0; from < text.length; from = ends[from]) {
                takeApart(from, ends[from], found);
            }
        }

        private void propose(int left, int right) {
            if (left == NONE || right == text.length || whole[left] || whole[right]) {
                return;
            }
            int id = trie.id(text, left, ends[right]);
            if (id == PieceTrie.NONE) {
                return;
            }
            agenda.add(new Pair(left, right, pieces.get(id).score(), ends[right] - left));
            if (pieces.get(id).type() == PieceType.UNUSED) {
                apart.put(id, right - left);
            }
        }

        private void merge(Pair pair) {
            int left = pair.left();
            int right = pair.right();
            boolean stands = ends[left] == right && ends[right] - left == pair.bytes();
            if (!stands) {
                return;
            }
            ends[left] = ends[right];
            ends[right] = 0;
            before[ends[left]] = left;
            propose(before[left], left);
            propose(left, ends[left]);
        }

        private void takeApart(int from, int to, Pieces found) {
            Deque<int[]> open = new ArrayDeque<>();
            open.push(new int[] {from, to});
            while (!open.isEmpty()) {
                int[] part = open.pop();
                int id = trie.id(text, part[0], part[1]);
                Integer left = apart.get(id);
                if (left == null) {
                    found.add(part[0], part[1], id);
                } else {
                    open.push(new int[] {part[0] + left, part[1]});
                    open.push(new int[] {part[0], part[0] + left});
                }
            }
        }
    }
}
