package dev.driftline.neural.snapshot;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What a file is that was taken for a safetensors file, by its first bytes, and how to convert it. */
final class OtherFormat {

    private static final String FROM_TORCH = "convert it in Python: from safetensors.torch import save_file; s ="
            + " torch.load('model.pt', map_location='cpu', weights_only=True); save_file({k: v.clone() for k, v in"
            + " s.items()}, 'model.safetensors'), where s is the state_dict of the model";

    private OtherFormat() {}

    /** A clause for a message; empty where the bytes are of no format that is known here. */
    static Optional<String> of(ByteBuffer head) {
        byte[] bytes = new byte[head.remaining()];
        head.duplicate().get(bytes);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        if (text.startsWith("PK\u0003\u0004")) {
            return Optional.of("it is a ZIP archive, as torch.save writes (.pt, .pth, .bin): " + FROM_TORCH);
        }
        if (text.startsWith("\u0080") && text.length() > 1 && text.charAt(1) >= 2 && text.charAt(1) <= 5) {
            return Optional.of("it is a pickle, as old versions of torch.save write (.pt, .pth, .bin): " + FROM_TORCH);
        }
        if (text.startsWith("GGUF") || text.startsWith("GGML")) {
            return Optional.of("it is a model of llama.cpp, which has another architecture");
        }
        if (text.startsWith("\u0089HDF")) {
            return Optional.of("it is an HDF5 file, as of Keras: save the weights as safetensors");
        }
        if (text.startsWith("\u0093NUMPY")) {
            return Optional.of("it is one array of NumPy: save all tensors with safetensors.numpy.save_file");
        }
        if (text.startsWith("\u001F\u008B") || text.startsWith("\u0028\u00B5\u002F\u00FD")) {
            return Optional.of("it is compressed: unpack it");
        }
        if (text.startsWith("version https://git-lfs")) {
            return Optional.of("it is a pointer of Git LFS: fetch the file itself with git lfs pull");
        }
        if (!text.isEmpty()
                && text.chars().allMatch(c -> c >= ' ' && c < 0x7F || c == '\n' || c == '\r' || c == '\t')) {
            return Optional.of("it is text that begins with '"
                    + text.lines().findFirst().orElse("").strip() + "': name the file with the weights");
        }
        return Optional.empty();
    }
}
