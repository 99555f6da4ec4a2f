"""Loads a snapshot of Driftline's network into PyTorch modules, and saves one that Driftline can import.

    driftline snapshots export active ./model
    python3 load_snapshot.py ./model the president of the

Needs PyTorch only. The file is plain safetensors, so `safetensors.torch.load_file` reads it, too.
"""

import json
import os
import struct
import sys

import torch
from torch import nn


class WordModel(nn.Module):
    """The modules that a snapshot's tensors are the state_dict of."""

    def __init__(self, architecture, size):
        super().__init__()
        embedding, hidden = architecture["embedding"], architecture["hidden"]
        self.window = architecture["window"]
        self.encoder = nn.Embedding(size, embedding)
        if architecture["cell"] == "window":
            self.hidden = nn.Linear(self.window * embedding, hidden)
        else:
            cell = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[architecture["cell"]]
            self.rnn = cell(embedding, hidden, architecture["layers"], dropout=0)
        cutoffs = [cutoff for cutoff in architecture["cutoffs"] if cutoff < size]
        if cutoffs:
            self.decoder = nn.AdaptiveLogSoftmaxWithLoss(hidden, size, cutoffs, div_value=architecture["divisor"])
        else:
            self.decoder = nn.Linear(hidden, size)
        if architecture["tied"] and not cutoffs:
            # In an adaptive softmax the rows are spread over head and tails; there they start equal and then part.
            self.decoder.weight = self.encoder.weight

    def forward(self, tokens):
        """Log-probabilities [length, words] of what follows each of `tokens` [length]; a document begins with </s>."""
        if self.window:
            padded = torch.cat([torch.ones(self.window - 1, dtype=torch.long), tokens])  # </s> is 1
            states = torch.tanh(self.hidden(self.encoder(padded.unfold(0, self.window, 1)).flatten(1)))
        else:
            states = self.rnn(self.encoder(tokens).unsqueeze(1))[0].squeeze(1)
        if isinstance(self.decoder, nn.Linear):
            return torch.log_softmax(self.decoder(states), dim=1)
        return self.decoder.log_prob(states)


def read_safetensors(path):
    """The tensors of a file by name, and its metadata."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        numbers = bytearray(file.read())
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        assert entry["dtype"] == "F32", name
        tensors[name] = torch.frombuffer(numbers[begin:end], dtype=torch.float32).reshape(entry["shape"])
    return tensors, metadata


def write_safetensors(path, tensors, metadata=None):
    """Writes tensors by name, as float32."""
    header, chunks, offset = {"__metadata__": metadata or {"format": "pt"}}, [], 0
    for name, tensor in tensors.items():
        chunk = tensor.detach().to(torch.float32).contiguous().numpy().tobytes()
        header[name] = {
            "dtype": "F32",
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + len(chunk)],
        }
        chunks.append(chunk)
        offset += len(chunk)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(chunks))


def load(path):
    """The model, the words by index and the manifest of an exported folder or .safetensors file."""
    if os.path.isdir(path):
        tensors, _ = read_safetensors(os.path.join(path, "model.safetensors"))
        with open(os.path.join(path, "manifest.json"), encoding="utf-8") as file:
            manifest = json.load(file)
        with open(os.path.join(path, "vocabulary.json"), encoding="utf-8") as file:
            words = json.load(file)
    else:
        tensors, metadata = read_safetensors(path)
        manifest = json.loads(metadata["driftline.manifest"])
        words = json.loads(metadata["driftline.vocabulary"])
    model = WordModel(manifest["architecture"], len(words))
    model.load_state_dict(tensors)
    return model.eval(), words, manifest


def main():
    model, words, manifest = load(sys.argv[1])
    index = {word: row for row, word in enumerate(words)}
    tokens = torch.tensor([index["</s>"]] + [index.get(word, index["<unk>"]) for word in sys.argv[2:]])
    with torch.no_grad():
        best = model(tokens)[-1].exp().topk(min(10, len(words)))
    print(manifest["version"], manifest["model"])
    for probability, row in zip(best.values.tolist(), best.indices.tolist()):
        print(f"{probability:8.4f}  {words[row]}")


if __name__ == "__main__":
    main()
