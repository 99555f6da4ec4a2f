package dev.driftline.neural.snapshot;

import dev.driftline.neural.Network;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.Parameters;
import dev.driftline.neural.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A snapshot in one piece: a safetensors file with the description and the vocabulary in its metadata, as
 * {@code driftline.manifest} and {@code driftline.vocabulary}. The same snapshot is the same bytes.
 */
public final class SnapshotBytes {

    /** The name of the description in the metadata. */
    public static final String MANIFEST = "driftline.manifest";

    /** The name of the vocabulary in the metadata. */
    public static final String VOCABULARY = "driftline.vocabulary";

    private static final String SHA_256 = "driftline.sha256";

    private SnapshotBytes() {}

    /** {@code snapshot} as bytes, tied weights once: the form for messages. */
    public static byte[] encode(Snapshot snapshot) {
        List<Tensor> tensors = snapshot.network().parameters().tensors();
        requireFinite(tensors);
        return file(snapshot, tensors).toBytes();
    }

    /** {@code snapshot} as a file for PyTorch, tied weights written out, see {@link TorchLayout}. */
    static Safetensors forTorch(Snapshot snapshot) {
        return file(snapshot, TorchLayout.expand(snapshot.network()));
    }

    private static Safetensors file(Snapshot snapshot, List<Tensor> tensors) {
        return new Safetensors(
                Map.of(
                        "format",
                        "pt",
                        SHA_256,
                        hash(tensors),
                        MANIFEST,
                        SnapshotJson.line(SnapshotJson.of(SnapshotDescription.of(snapshot))),
                        VOCABULARY,
                        SnapshotJson.vocabulary(snapshot.network().vocabulary().words())),
                tensors);
    }

    /**
     * Reads what {@link #encode} made, or a file for PyTorch.
     *
     * @throws InvalidSnapshotException if it is not a whole and correct snapshot
     */
    public static Snapshot decode(byte[] bytes) {
        return decode(Safetensors.read(bytes));
    }

    /**
     * The snapshot in a file.
     *
     * @throws InvalidSnapshotException if the file does not hold a whole and correct snapshot
     */
    static Snapshot decode(Safetensors file) {
        String manifest = file.metadata().get(MANIFEST);
        String vocabulary = file.metadata().get(VOCABULARY);
        if (manifest == null || vocabulary == null) {
            throw new InvalidSnapshotException("these tensors were not written by Driftline: import them with"
                    + " `driftline snapshots import FILE --vocabulary FILE`");
        }
        if (!isUnchanged(file)) {
            throw new InvalidSnapshotException("the weights have changed since Driftline wrote them. If that was on"
                    + " purpose, import them with `driftline snapshots import`");
        }
        return assemble(
                SnapshotJson.description(SnapshotJson.read(manifest, MANIFEST)),
                SnapshotJson.vocabulary(vocabulary),
                file.tensors());
    }

    private static String hash(List<Tensor> tensors) {
        return Sha256.hex(Sha256.of(new Safetensors(Map.of(), tensors)));
    }

    /** Whether the tensors of a file are unchanged since Driftline wrote it. */
    static boolean isUnchanged(Safetensors file) {
        return hash(file.tensors()).equals(file.metadata().get(SHA_256));
    }

    /**
     * Assembles a snapshot.
     *
     * @throws InvalidSnapshotException if the parts do not fit, or a number is not finite
     */
    static Snapshot assemble(SnapshotDescription description, List<String> words, List<Tensor> tensors) {
        if (words.size() != description.vocabularySize()) {
            throw new InvalidSnapshotException(
                    "the vocabulary has " + words.size() + " words, the manifest says " + description.vocabularySize());
        }
        requireFinite(tensors);
        Parameters parameters = TorchLayout.contract(description.architecture(), words.size(), tensors);
        try {
            return new Snapshot(
                    description.manifest(),
                    new Network(description.architecture(), new NeuralVocabulary(words), parameters));
        } catch (InvalidSnapshotException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new InvalidSnapshotException(e.getMessage(), e);
        }
    }

    /** Throws if a number is NaN or infinite: one is enough to spoil every prediction. */
    static void requireFinite(List<Tensor> tensors) {
        for (Tensor tensor : tensors) {
            float[] data = tensor.data();
            for (int i = 0; i < data.length; i++) {
                if (!Float.isFinite(data[i])) {
                    throw new InvalidSnapshotException(tensor.name() + " has " + data[i] + " at " + i);
                }
            }
        }
    }

    /** Whether {@code path} names a file rather than a folder: it ends in {@code .safetensors}. */
    public static boolean isFileName(Path path) {
        Path name = path.getFileName();
        return name != null && name.toString().endsWith(".safetensors");
    }
}
