package dev.driftline.neural.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driftline.corpus.TextInput;
import dev.driftline.neural.Network;
import dev.driftline.neural.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A network from elsewhere: a snapshot written by Driftline, such a snapshot after more training, or tensors of another
 * origin.
 *
 * @param network the network
 * @param origin the description inside the snapshot; empty for tensors alone
 * @param unchanged whether the tensors are still those that {@code origin} describes
 * @param notes assumptions of the import, a sentence each
 */
public record ImportedSnapshot(
        Network network, Optional<SnapshotDescription> origin, boolean unchanged, List<String> notes) {

    private static final int MOST_VOCABULARY_BYTES = 1 << 28;

    private static final Pattern JSON = Pattern.compile("(?i)\\.json(\\.(gz|zst))?$");

    /**
     * Reads a folder or a file.
     *
     * @param path a folder with {@value SnapshotFolder#WEIGHTS}, or a safetensors file
     * @param vocabulary the words in the order of the rows: a text file with a word a line, or one that ends in
     *     {@code .json}, an array of words or an object of words and indexes. Null if they are in the folder or the file
     * @param settings facts that the tensors do not contain
     * @throws IOException if a file cannot be read
     * @throws InvalidSnapshotException if it is none of these; the message says why and what to do
     */
    public static ImportedSnapshot read(Path path, @Nullable Path vocabulary, WordModelImport.Settings settings)
            throws IOException {
        if (vocabulary == null && settings.rename().isEmpty()) {
            Optional<Snapshot> whole = whole(path);
            if (whole.isPresent()) {
                return new ImportedSnapshot(
                        whole.get().network(), Optional.of(SnapshotDescription.of(whole.get())), true, List.of());
            }
        }
        Path file = Files.isDirectory(path) ? path.resolve(SnapshotFolder.WEIGHTS) : path;
        if (Files.isDirectory(path) && !Files.exists(file)) {
            throw new InvalidSnapshotException(path + " does not contain " + SnapshotFolder.WEIGHTS);
        }
        Safetensors tensors = Safetensors.read(file);
        Optional<SnapshotDescription> origin = origin(path, tensors);
        List<String> words = vocabulary != null ? words(vocabulary) : words(path, tensors);
        // Dropout is not in the tensors: it stays as it was unless the settings have another.
        double dropout = settings.dropout() > 0
                ? settings.dropout()
                : origin.map(known -> known.architecture().dropout()).orElse(0.0);
        try {
            WordModelImport read = WordModelImport.of(
                    withSharedTensors(tensors),
                    words,
                    new WordModelImport.Settings(
                            settings.rename(), settings.unknownWord(), settings.endWord(), dropout));
            List<String> notes = new ArrayList<>(read.notes());
            origin.ifPresent(known -> notes.add("This has changed since Driftline wrote " + known.version()
                    + ": it is imported as a version derived from that one."));
            return new ImportedSnapshot(read.network(), origin, false, notes);
        } catch (InvalidSnapshotException e) {
            throw new InvalidSnapshotException(file + ": " + e.getMessage(), e);
        }
    }

    /** {@code safetensors.torch.save_model} writes a tensor of two names once, and the other name into the metadata. */
    private static List<Tensor> withSharedTensors(Safetensors file) {
        List<Tensor> tensors = new ArrayList<>(file.tensors());
        Map<String, Tensor> byName = new HashMap<>();
        tensors.forEach(tensor -> byName.put(tensor.name(), tensor));
        file.metadata().forEach((name, kept) -> {
            Tensor same = byName.get(kept);
            if (same != null && !byName.containsKey(name)) {
                tensors.add(new Tensor(name, same.shape(), same.data()));
            }
        });
        return tensors;
    }

    private static Optional<Snapshot> whole(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            if (!Files.exists(path.resolve(SnapshotFolder.MANIFEST))) {
                return Optional.empty();
            }
            try {
                return Optional.of(SnapshotFolder.read(path));
            } catch (InvalidSnapshotException changed) {
                return Optional.empty();
            }
        }
        Safetensors file = Safetensors.read(path);
        if (file.metadata().containsKey(SnapshotBytes.MANIFEST) && SnapshotBytes.isUnchanged(file)) {
            return Optional.of(SnapshotBytes.decode(file));
        }
        return Optional.empty();
    }

    private static Optional<SnapshotDescription> origin(Path path, Safetensors file) throws IOException {
        if (Files.isDirectory(path) && Files.exists(path.resolve(SnapshotFolder.MANIFEST))) {
            return Optional.of(SnapshotFolder.describe(path));
        }
        return Optional.ofNullable(file.metadata().get(SnapshotBytes.MANIFEST))
                .map(json -> SnapshotJson.description(SnapshotJson.read(json, SnapshotBytes.MANIFEST)));
    }

    private static List<String> words(Path path, Safetensors file) throws IOException {
        Path beside = path.resolve(SnapshotFolder.VOCABULARY);
        if (Files.isDirectory(path) && Files.exists(beside)) {
            return SnapshotFolder.words(beside);
        }
        String inside = file.metadata().get(SnapshotBytes.VOCABULARY);
        if (inside == null) {
            throw new InvalidSnapshotException(path + " does not name the words of its rows: give them with"
                    + " --vocabulary FILE, one a line in the order of the rows");
        }
        return SnapshotJson.vocabulary(inside);
    }

    /** Words by index: a word a line, or, if the file ends in .json, an array, or an object with the index of each word. */
    private static List<String> words(Path file) throws IOException {
        String text = TextInput.read(file, MOST_VOCABULARY_BYTES);
        if (!JSON.matcher(file.toString()).find()) {
            return text.lines().toList();
        }
        try {
            JsonNode json = SnapshotJson.read(text, "the vocabulary");
            return json.isObject() ? byIndex(json) : SnapshotJson.vocabulary(text);
        } catch (InvalidSnapshotException e) {
            throw new InvalidSnapshotException(file + ": " + e.getMessage(), e);
        }
    }

    private static List<String> byIndex(JsonNode indexes) {
        @Nullable String[] words = new String[indexes.size()];
        for (Map.Entry<String, JsonNode> entry : indexes.properties()) {
            int index = entry.getValue().isInt() ? entry.getValue().intValue() : -1;
            if (index < 0 || index >= words.length || words[index] != null) {
                throw new InvalidSnapshotException("the index of '" + entry.getKey() + "' is " + entry.getValue()
                        + ": indexes must go from 0 to " + (words.length - 1) + ", each once");
            }
            words[index] = entry.getKey();
        }
        return Arrays.asList(words);
    }
}
