package dev.driftline.neural.snapshot;

import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.Tensor;
import dev.driftline.scoring.DocumentTokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A network from the tensors of a language model that was trained in PyTorch, in the layout of {@link TorchLayout}. The
 * shapes give the cell (from the rows of a recurrent matrix), sizes, layers, tied weights (two equal matrices), and cutoffs
 * and divisor of an adaptive softmax. A layer without biases gets biases of zero.
 *
 * <p>PyTorch models may have {@code <unk>} and the end of a sentence anywhere in their vocabulary; a network has them first.
 * The rows are reordered, which does not change any probability.
 *
 * @param network the network
 * @param notes assumptions and changes, a sentence each, for the user
 */
public record WordModelImport(Network network, List<String> notes) {

    private static final List<String> UNKNOWN_WORDS = List.of("<unk>", "<UNK>", "[UNK]", "UNK", "<oov>");
    private static final List<String> END_WORDS = List.of("</s>", "<eos>", "<EOS>", "[EOS]", "<end>");

    /**
     * Facts that the tensors do not contain.
     *
     * @param rename prefixes of names in the file, and their names here: {@code lstm} → {@code rnn}
     * @param unknownWord the word for unknown words; null to look for the usual ones
     * @param endWord the word that ends a sentence; null to look for the usual ones
     * @param dropout share that fine-tuning drops, in [0, 1)
     */
    public record Settings(
            Map<String, String> rename,
            @Nullable String unknownWord,
            @Nullable String endWord,
            double dropout) {

        /** Defaults. */
        public static final Settings DEFAULT = new Settings(Map.of(), null, null, 0);

        public Settings {
            rename = Map.copyOf(rename);
        }
    }

    /**
     * Builds a network.
     *
     * @param words the vocabulary of the model, in the order of its rows
     * @throws InvalidSnapshotException if the tensors are not such a model, or do not match the words
     */
    public static WordModelImport of(List<Tensor> tensors, List<String> words, Settings settings) {
        SnapshotBytes.requireFinite(tensors);
        return new Reading(tensors, words, settings).read();
    }

    private static final class Reading {

        private final Map<String, Tensor> left = new LinkedHashMap<>();
        private final List<Tensor> taken = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();
        private final List<String> words;
        private final Settings settings;
        private final Set<String> names;

        Reading(List<Tensor> tensors, List<String> words, Settings settings) {
            this.words = words;
            this.settings = settings;
            String wrapper = wrapper(tensors);
            for (Tensor tensor : tensors) {
                String name = renamed(tensor.name().substring(wrapper.length()));
                if (left.put(name, new Tensor(name, tensor.shape(), tensor.data())) != null) {
                    throw new InvalidSnapshotException("two tensors are named " + name + " after renaming");
                }
            }
            Tensor decoder = left.get(TorchLayout.DECODER);
            if (!left.containsKey(TorchLayout.ENCODER) && decoder != null) {
                notes.add(
                        "There is no " + TorchLayout.ENCODER + ": assumed to be tied to " + TorchLayout.DECODER + ".");
                left.put(TorchLayout.ENCODER, new Tensor(TorchLayout.ENCODER, decoder.shape(), decoder.data()));
            }
            names = new TreeSet<>(left.keySet());
        }

        /** What stands before every name, as {@code module.} of DataParallel and {@code _orig_mod.} of torch.compile do. */
        private String wrapper(List<Tensor> tensors) {
            String wrapper = "";
            while (!tensors.isEmpty()) {
                String first = tensors.get(0).name();
                String longer = first.substring(0, first.indexOf('.', wrapper.length()) + 1);
                boolean all = longer.length() > wrapper.length()
                        && tensors.stream().allMatch(tensor -> tensor.name().startsWith(longer))
                        && settings.rename().keySet().stream().noneMatch(from -> (from + ".").startsWith(longer));
                if (!all) {
                    break;
                }
                wrapper = longer;
            }
            if (!wrapper.isEmpty()) {
                notes.add("Every name begins with " + wrapper + ": it is left out.");
            }
            return wrapper;
        }

        private String renamed(String name) {
            for (Map.Entry<String, String> rename : settings.rename().entrySet()) {
                if (name.startsWith(rename.getKey() + ".")) {
                    return rename.getValue() + name.substring(rename.getKey().length());
                }
            }
            return name;
        }

        WordModelImport read() {
            Tensor encoder = matrix(TorchLayout.ENCODER);
            int size = encoder.shape()[0];
            int embedding = encoder.shape()[1];
            if (words.size() != size) {
                throw new InvalidSnapshotException(TorchLayout.ENCODER + " has " + size
                        + " rows and the vocabulary " + words.size() + " words: use the vocabulary that the model was"
                        + " trained with, one word a row");
            }
            Body body = left.containsKey("hidden.weight") ? window(embedding) : recurrent(embedding);
            Output output = left.containsKey(TorchLayout.HEAD) ? adaptive(encoder, body) : full(encoder, body);
            if (!left.isEmpty()) {
                throw new InvalidSnapshotException("unknown tensors " + left.keySet() + ": a model has encoder, rnn or"
                        + " hidden, and decoder. Remove the others from the file");
            }
            int[] order =
                    order(output.cutoffs().isEmpty() ? size : output.cutoffs().get(0));
            List<String> ordered = new ArrayList<>();
            for (int row : order) {
                ordered.add(words.get(row));
            }
            ordered.set(NeuralVocabulary.UNKNOWN, DocumentTokens.UNKNOWN_WORD);
            ordered.set(NeuralVocabulary.EOS, DocumentTokens.EOS_WORD);
            taken.add(permuted(encoder, order));
            for (Tensor tensor : output.tensors()) {
                taken.add(
                        tensor.name().equals(TorchLayout.HEAD)
                                        || tensor.name().equals(TorchLayout.DECODER)
                                        || tensor.name().equals(TorchLayout.BIAS)
                                ? permuted(tensor, order)
                                : tensor);
            }
            Architecture architecture;
            try {
                architecture = new Architecture(
                        body.cell(),
                        embedding,
                        body.hidden(),
                        body.layers(),
                        body.window(),
                        settings.dropout(),
                        output.tied(),
                        output.cutoffs(),
                        output.divisor());
                return new WordModelImport(
                        new Network(
                                architecture,
                                new NeuralVocabulary(ordered),
                                TorchLayout.contract(architecture, size, taken)),
                        List.copyOf(notes));
            } catch (InvalidSnapshotException e) {
                throw e;
            } catch (IllegalArgumentException e) {
                throw new InvalidSnapshotException(e.getMessage(), e);
            }
        }

        private record Body(Cell cell, int hidden, int layers, int window) {}

        private Body window(int embedding) {
            Tensor weight = takeMatrix("hidden.weight");
            int hidden = weight.shape()[0];
            if (weight.shape()[1] % embedding != 0) {
                throw new InvalidSnapshotException("hidden.weight has " + weight.shape()[1]
                        + " columns, which is not a multiple of the embedding, " + embedding);
            }
            takeVector("hidden.bias", hidden);
            return new Body(Cell.WINDOW, hidden, 1, weight.shape()[1] / embedding);
        }

        private Body recurrent(int embedding) {
            if (!left.containsKey("rnn.weight_hh_l0")) {
                throw new InvalidSnapshotException("there is no rnn.weight_hh_l0 and no hidden.weight among " + names
                        + ": if a module has another name, give it, as in --rename lstm=rnn");
            }
            for (String name : names) {
                if (name.endsWith("_reverse")) {
                    throw new InvalidSnapshotException(name + ": a bidirectional network sees the words it predicts");
                }
                if (name.startsWith("rnn.weight_hr_")) {
                    throw new InvalidSnapshotException(
                            name + ": an LSTM with a projection (proj_size) is not supported");
                }
            }
            int hidden = matrix("rnn.weight_hh_l0").shape()[1];
            int rows = matrix("rnn.weight_hh_l0").shape()[0];
            Cell cell = switch (rows % hidden == 0 ? rows / hidden : 0) {
                case 1 -> Cell.RNN;
                case 3 -> Cell.GRU;
                case 4 -> Cell.LSTM;
                default ->
                    throw new InvalidSnapshotException("rnn.weight_hh_l0 is " + rows + " × " + hidden
                            + ": an RNN has 1, a GRU 3 and an LSTM 4 times as many rows as columns");
            };
            if (cell == Cell.RNN) {
                notes.add("The nonlinearity of the vanilla RNN is assumed to be tanh: the file does not say.");
            }
            int layers = 0;
            while (left.containsKey("rnn.weight_hh_l" + layers)) {
                TorchLayout.requireShape(
                        takeMatrix("rnn.weight_ih_l" + layers), rows, layers == 0 ? embedding : hidden);
                TorchLayout.requireShape(takeMatrix("rnn.weight_hh_l" + layers), rows, hidden);
                takeVector("rnn.bias_ih_l" + layers, rows);
                takeVector("rnn.bias_hh_l" + layers, rows);
                layers++;
            }
            return new Body(cell, hidden, layers, 0);
        }

        private record Output(List<Integer> cutoffs, double divisor, boolean tied, List<Tensor> tensors) {}

        private Output full(Tensor encoder, Body body) {
            left.remove(TorchLayout.ENCODER);
            Tensor decoder = left.remove(TorchLayout.DECODER);
            int size = encoder.shape()[0];
            List<Tensor> tensors = new ArrayList<>();
            if (decoder == null) {
                if (body.hidden() != encoder.shape()[1]) {
                    throw new InvalidSnapshotException("there is no " + TorchLayout.DECODER
                            + ", and the embedding cannot replace it: it has " + encoder.shape()[1]
                            + " columns, the state " + body.hidden());
                }
                notes.add("There is no " + TorchLayout.DECODER + ": assumed to be tied to the embedding.");
            } else {
                TorchLayout.requireShape(decoder, size, body.hidden());
                if (!TorchLayout.sameNumbers(decoder, encoder)) {
                    tensors.add(decoder);
                }
            }
            boolean tied = tensors.isEmpty();
            Tensor bias = left.remove(TorchLayout.BIAS);
            if (bias == null) {
                notes.add("There is no " + TorchLayout.BIAS + ": zeros are used.");
                bias = Tensor.zeros(TorchLayout.BIAS, size);
            }
            TorchLayout.requireShape(bias, size);
            tensors.add(bias);
            return new Output(List.of(), 1, tied, tensors);
        }

        private Output adaptive(Tensor encoder, Body body) {
            left.remove(TorchLayout.ENCODER);
            if (left.containsKey("decoder.head.bias")) {
                throw new InvalidSnapshotException(
                        "decoder.head.bias: an adaptive softmax with head_bias=True is not supported");
            }
            Tensor head = matrix(TorchLayout.HEAD);
            int size = encoder.shape()[0];
            int hidden = body.hidden();
            int bands = 0;
            while (left.containsKey(TorchLayout.tail(bands, 0))) {
                bands++;
            }
            int first = head.shape()[0] - bands;
            if (bands == 0 || first < 2) {
                throw new InvalidSnapshotException(TorchLayout.HEAD + " has " + head.shape()[0] + " rows and there are "
                        + bands + " decoder.tail bands: not an AdaptiveLogSoftmaxWithLoss");
            }
            List<Tensor> tensors = new ArrayList<>();
            left.remove(TorchLayout.HEAD);
            tensors.add(head);
            TorchLayout.requireShape(head, head.shape()[0], hidden);
            List<Integer> cutoffs = new ArrayList<>();
            int[] projections = new int[bands];
            int bound = first;
            boolean tied = encoder.shape()[1] == hidden
                    && TorchLayout.sameNumbers(
                            TorchLayout.rows(TorchLayout.HEAD, head, 0, Math.min(first, size)),
                            TorchLayout.rows(TorchLayout.HEAD, encoder, 0, Math.min(first, size)));
            for (int band = 0; band < bands; band++) {
                Tensor down = left.remove(TorchLayout.tail(band, 0));
                Tensor out = left.remove(TorchLayout.tail(band, 1));
                if (out == null) {
                    throw new InvalidSnapshotException("there is no " + TorchLayout.tail(band, 1));
                }
                requireMatrix(down);
                requireMatrix(out);
                TorchLayout.requireShape(down, down.shape()[0], hidden);
                TorchLayout.requireShape(out, out.shape()[0], down.shape()[0]);
                cutoffs.add(bound);
                int end = Math.min(size, bound + out.shape()[0]);
                tied &= out.shape()[1] == encoder.shape()[1]
                        && TorchLayout.sameNumbers(
                                out, TorchLayout.rows(out.name(), encoder, Math.min(bound, end), end));
                bound += out.shape()[0];
                projections[band] = down.shape()[0];
                tensors.add(down);
                tensors.add(out);
            }
            if (bound != size) {
                throw new InvalidSnapshotException(
                        "the adaptive softmax has " + bound + " words, the embedding " + size);
            }
            return new Output(cutoffs, divisor(hidden, projections), tied, tensors);
        }

        /** The {@code div_value} that gives these projections, round numbers first. */
        private static double divisor(int hidden, int[] projections) {
            List<Double> candidates = new ArrayList<>();
            for (int whole = 1; whole <= 64; whole++) {
                candidates.add((double) whole);
            }
            for (int half = 3; half < 32; half += 2) {
                candidates.add(half / 2.0);
            }
            candidates.add(hidden / (double) projections[0]);
            int last = projections.length;
            candidates.add(Math.pow(hidden / (double) projections[last - 1], 1.0 / last));
            OptionalDouble found = candidates.stream()
                    .mapToDouble(Double::doubleValue)
                    .filter(divisor -> divisor >= 1 && fits(divisor, hidden, projections))
                    .findFirst();
            return found.orElseThrow(() -> new InvalidSnapshotException("no div_value makes projections of "
                    + Arrays.toString(projections) + " numbers from a state of " + hidden));
        }

        private static boolean fits(double divisor, int hidden, int[] projections) {
            for (int band = 0; band < projections.length; band++) {
                if ((int) Math.max(1, Math.floor(hidden / Math.pow(divisor, band + 1))) != projections[band]) {
                    return false;
                }
            }
            return true;
        }

        /** The rows in their new order: unknown word, end of a sentence, then the others as they were. */
        private int[] order(int head) {
            int unknown = find(settings.unknownWord(), UNKNOWN_WORDS, "stands for unknown words", "--unknown");
            int end = find(settings.endWord(), END_WORDS, "ends a sentence", "--end");
            if (unknown == end) {
                throw new InvalidSnapshotException(
                        "'" + words.get(end) + "' cannot be both the unknown word and the end");
            }
            if (Math.max(unknown, end) >= head) {
                throw new InvalidSnapshotException("'" + words.get(Math.max(unknown, end)) + "' is at "
                        + Math.max(unknown, end) + ", beyond the " + head
                        + " words of the head of the adaptive softmax, but must be in the head");
            }
            int[] order = new int[words.size()];
            order[NeuralVocabulary.UNKNOWN] = unknown;
            order[NeuralVocabulary.EOS] = end;
            int at = 2;
            for (int row = 0; row < order.length; row++) {
                if (row != unknown && row != end) {
                    order[at++] = row;
                }
            }
            if (unknown != NeuralVocabulary.UNKNOWN || end != NeuralVocabulary.EOS) {
                notes.add("'" + words.get(unknown) + "' (row " + unknown + ") is now <unk> at 0, '" + words.get(end)
                        + "' (row " + end + ") is now </s> at 1; the other words follow in their order.");
            }
            return order;
        }

        private int find(@Nullable String given, List<String> usual, String what, String option) {
            for (String word : given == null ? usual : List.of(given)) {
                int row = words.indexOf(word);
                if (row >= 0) {
                    return row;
                }
            }
            throw new InvalidSnapshotException("the vocabulary has no "
                    + (given == null ? String.join(", ", usual) : "'" + given + "'") + ": name the word that " + what
                    + " with " + option + " WORD");
        }

        private Tensor matrix(String name) {
            Tensor tensor = left.get(name);
            if (tensor == null) {
                throw new InvalidSnapshotException("there is no " + name + " among " + names
                        + ": if a module has another name, give it, as in --rename embedding=encoder");
            }
            requireMatrix(tensor);
            return tensor;
        }

        private static void requireMatrix(Tensor tensor) {
            if (tensor.shape().length != 2 || tensor.shape()[0] < 1 || tensor.shape()[1] < 1) {
                throw new InvalidSnapshotException(
                        tensor.name() + " is " + Arrays.toString(tensor.shape()) + ", not a matrix");
            }
        }

        private Tensor takeMatrix(String name) {
            Tensor tensor = matrix(name);
            left.remove(name);
            taken.add(tensor);
            return tensor;
        }

        private void takeVector(String name, int size) {
            Tensor tensor = left.remove(name);
            if (tensor == null) {
                notes.add("There is no " + name + ": zeros are used.");
                tensor = Tensor.zeros(name, size);
            }
            TorchLayout.requireShape(tensor, size);
            taken.add(tensor);
        }

        /** The first rows in another order; rows beyond {@code order}, such as those of bands, do not move. */
        private static Tensor permuted(Tensor tensor, int[] order) {
            int rows = Math.min(tensor.shape()[0], order.length);
            int columns = tensor.shape().length == 1 ? 1 : tensor.shape()[1];
            float[] data = tensor.data().clone();
            for (int row = 0; row < rows; row++) {
                // In a head, only rows among its own words change places: see order().
                System.arraycopy(tensor.data(), order[row] * columns, data, row * columns, columns);
            }
            return new Tensor(tensor.name(), tensor.shape(), data);
        }
    }
}
