#!/usr/bin/python3
"""Writes what PyTorch makes of small networks, for PyTorchParityTest.

    /usr/bin/python3 tests/src/test/python/pytorch_parity.py model-scorer/src/test/resources/pytorch

Written with PyTorch 1.13.1 (Debian's python3-torch). One safetensors file a network: its weights, tokens, what it says of
them, and its weights and losses after 20 steps of training with the state carried on. The test reads these files; it needs
no Python.
"""

import json
import struct
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

VOCABULARY = 40
CUTOFFS = [10, 25]
STREAMS, STEPS, CHUNKS = 4, 5, 20
CLIP = 0.25
EOS = 1


class Model(nn.Module):
    def __init__(self, cell, embedding, hidden, layers, window, tied, adaptive, divisor):
        super().__init__()
        self.cell, self.window, self.tied, self.adaptive = cell, window, tied, adaptive
        self.encoder = nn.Embedding(VOCABULARY, embedding)
        if cell == "window":
            self.hidden = nn.Linear(window * embedding, hidden)
        else:
            self.rnn = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[cell](embedding, hidden, layers)
        if not adaptive:
            self.decoder = nn.Linear(hidden, VOCABULARY)
            if tied:
                self.decoder.weight = self.encoder.weight
        elif not tied:
            self.decoder = nn.AdaptiveLogSoftmaxWithLoss(hidden, VOCABULARY, CUTOFFS, div_value=divisor, head_bias=False)
        else:
            self.clusters = nn.Parameter(torch.randn(len(CUTOFFS), hidden) * 0.3)
            self.tails = nn.ParameterList(
                [nn.Parameter(torch.randn(hidden, hidden) * 0.3) for _ in CUTOFFS])

    def named(self):
        """Every number once, by the names that Driftline knows it by."""
        names = {}
        for name, value in self.named_parameters():
            if name == "clusters":
                name = "decoder.head.clusters"
            elif name.startswith("tails."):
                name = f"decoder.tail.{name[6:]}.0.weight"
            if not (self.tied and name == "decoder.weight"):
                names[name] = value
        return names

    def states(self, tokens, state):
        """tokens is [steps, streams]; returns the top states and what the next chunk begins with."""
        if self.cell != "window":
            top, state = self.rnn(self.encoder(tokens), state)
            return top, state
        if state is None:
            state = torch.full((self.window - 1, tokens.shape[1]), EOS)
        context = torch.cat([state, tokens])
        embedded = self.encoder(context)
        steps = tokens.shape[0]
        seen = torch.cat([embedded[i:i + steps] for i in range(self.window)], dim=2)
        return torch.tanh(self.hidden(seen)), context[steps:]

    def log_probabilities(self, top):
        flat = top.reshape(-1, top.shape[-1])
        if not self.adaptive:
            return F.log_softmax(self.decoder(flat), dim=1)
        if not self.tied:
            return self.decoder.log_prob(flat)
        bounds = CUTOFFS + [VOCABULARY]
        rows = self.encoder.weight
        head = F.log_softmax(F.linear(flat, torch.cat([rows[:CUTOFFS[0]], self.clusters])), dim=1)
        parts = [head[:, :CUTOFFS[0]]]
        for band, projection in enumerate(self.tails):
            tail = F.linear(F.linear(flat, projection), rows[bounds[band]:bounds[band + 1]])
            parts.append(head[:, CUTOFFS[0] + band:CUTOFFS[0] + band + 1] + F.log_softmax(tail, dim=1))
        return torch.cat(parts, dim=1)


def detached(state):
    if isinstance(state, tuple):
        return tuple(part.detach() for part in state)
    return None if state is None else state.detach()


class RmsDecay:
    """The rule of dynamic evaluation (Krause et al. 2018), its statistics gathered while going."""

    def __init__(self, parameters, rate, decay):
        self.parameters, self.rate, self.decay, self.count = list(parameters), rate, decay, 0
        self.origin = [p.detach().clone() for p in self.parameters]
        self.squares = [torch.zeros_like(p) for p in self.parameters]

    def observe(self):
        self.count += 1
        for square, p in zip(self.squares, self.parameters):
            square += p.grad ** 2

    def step(self):
        roots = [(square / self.count).sqrt() for square in self.squares]
        mean = sum(root.mean() for root in roots) / len(roots)
        with torch.no_grad():
            for p, root, origin in zip(self.parameters, roots, self.origin):
                pull = (self.decay * root / mean).clamp(max=1)
                p += pull * (origin - p) - self.rate * p.grad / (root + 1e-3)


def train(model, tokens, optimizer_name, rate, decay):
    parameters = list(model.named().values())
    optimizer = {
        "adam": lambda: torch.optim.Adam(parameters, lr=rate),
        "sgd": lambda: torch.optim.SGD(parameters, lr=rate),
        "rms-decay": lambda: RmsDecay(parameters, rate, decay),
    }[optimizer_name]()
    text = [EOS] + tokens
    length = STEPS * CHUNKS
    inputs = torch.tensor(text[:-1]).view(STREAMS, length).t()
    targets = torch.tensor(text[1:]).view(STREAMS, length).t()
    state, losses = None, []
    for chunk in range(0, length, STEPS):
        for p in parameters:
            p.grad = None
        top, state = model.states(inputs[chunk:chunk + STEPS], state)
        state = detached(state)
        flat = targets[chunk:chunk + STEPS].reshape(-1)
        if model.adaptive and not model.tied:
            loss = model.decoder(top.reshape(-1, top.shape[-1]), flat).loss
        else:
            loss = F.nll_loss(model.log_probabilities(top), flat)
        loss.backward()
        if optimizer_name == "rms-decay":
            optimizer.observe()
        nn.utils.clip_grad_norm_(parameters, CLIP)
        optimizer.step()
        losses.append(loss.item())
    return losses


def write(path, metadata, tensors):
    header, data, at = {"__metadata__": metadata}, b"", 0
    for name, array in tensors.items():
        array = np.ascontiguousarray(array, dtype="<f4")
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        data += array.tobytes()
        at += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def case(folder, cell, tied, adaptive, optimizer="adam", rate=0.01, decay=0.0):
    torch.manual_seed(20)
    layers, window = (1, 3) if cell == "window" else (2, 0)
    embedding, hidden, divisor = (8, 8, 1) if tied else (6, 9, 2)
    model = Model(cell, embedding, hidden, layers, window, tied, adaptive, divisor)
    with torch.no_grad():
        model.encoder.weight.mul_(0.5)
    tokens = torch.randint(0, VOCABULARY, (STREAMS * STEPS * CHUNKS,)).tolist()
    tensors = {"before." + name: value.detach().numpy().copy() for name, value in model.named().items()}
    tensors["tokens"] = np.array(tokens)
    with torch.no_grad():
        top, _ = model.states(torch.tensor([EOS] + tokens[:29]).view(-1, 1), None)
        tensors["log_probabilities"] = model.log_probabilities(top).numpy()
    tensors["losses"] = np.array(train(model, tokens, optimizer, rate, decay))
    tensors.update({"after." + name: value.detach().numpy() for name, value in model.named().items()})
    metadata = {
        "cell": cell, "embedding": embedding, "hidden": hidden, "layers": layers, "window": window, "tied": tied,
        "cutoffs": ",".join(map(str, CUTOFFS)) if adaptive else "", "divisor": divisor, "optimizer": optimizer,
        "rate": rate, "decay": decay, "clip": CLIP, "streams": STREAMS, "steps": STEPS, "torch": torch.__version__,
    }
    name = "-".join([cell, "tied" if tied else "untied", "adaptive" if adaptive else "full", optimizer])
    write(folder / (name + ".safetensors"), {key: str(value) for key, value in metadata.items()}, tensors)


def main():
    folder = Path(sys.argv[1])
    for cell in ("rnn", "gru", "lstm", "window"):
        for tied in (True, False):
            for adaptive in (True, False):
                case(folder, cell, tied, adaptive)
    case(folder, "lstm", True, True, "sgd", 1.0)
    case(folder, "gru", False, False, "sgd", 1.0)
    case(folder, "lstm", True, True, "rms-decay", 0.002, 0.1)
    case(folder, "rnn", False, True, "rms-decay", 0.01, 0.5)


if __name__ == "__main__":
    main()
