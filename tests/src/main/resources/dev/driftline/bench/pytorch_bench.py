"""PyTorch's side of the benchmark of the neural engine: answers a line of JSON for each command on standard input.

Argument: a file of token indexes as 32-bit integers. One thread, as the engine that it is compared with.
"""

import ctypes
import json
import sys
import time

import numpy as np
import torch
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(1)

VOCABULARY, SIZE, STREAMS, STEPS = 10_000, 256, 20, 35
CUTOFFS, DIVISOR = [1_000, 4_000], 4.0

text = torch.from_numpy(np.fromfile(sys.argv[1], dtype="<i4").astype(np.int64))


class Model(nn.Module):
    def __init__(self, adaptive):
        super().__init__()
        self.encoder = nn.Embedding(VOCABULARY, SIZE)
        self.rnn = nn.LSTM(SIZE, SIZE)
        self.adaptive = adaptive
        if adaptive:
            self.decoder = nn.AdaptiveLogSoftmaxWithLoss(SIZE, VOCABULARY, CUTOFFS, div_value=DIVISOR)
        else:
            self.decoder = nn.Linear(SIZE, VOCABULARY)

    def losses(self, tokens, targets, state=None):
        states, state = self.rnn(self.encoder(tokens), state)
        states, targets = states.reshape(-1, SIZE), targets.reshape(-1)
        if self.adaptive:
            return -self.decoder(states, targets).output, state
        return nn.functional.cross_entropy(self.decoder(states), targets, reduction="none"), state


models = {name: Model(name == "adaptive") for name in ("full", "adaptive")}
trained = {name: 0 for name in models}
optimizers = {name: torch.optim.Adam(model.parameters(), lr=0.002) for name, model in models.items()}


def train(name, chunks):
    model, optimizer = models[name], optimizers[name]
    model.train()
    length = chunks * STEPS + 1
    begin = trained[name] if trained[name] + STREAMS * length <= len(text) else 0
    trained[name] = begin + STREAMS * length
    streams = text[begin : begin + STREAMS * length].reshape(STREAMS, length).T.contiguous()
    start, state = time.perf_counter(), None
    for chunk in range(chunks):
        at = chunk * STEPS
        losses, state = model.losses(streams[at : at + STEPS], streams[at + 1 : at + STEPS + 1], state)
        state = tuple(part.detach() for part in state)
        optimizer.zero_grad()
        losses.mean().backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return chunks * STEPS * STREAMS, time.perf_counter() - start


def score(name, documents, repeats):
    model = models[name]
    model.eval()
    start = time.perf_counter()
    with torch.no_grad():
        for repeat in range(repeats):
            at = repeat * documents * 101
            batch = text[at : at + documents * 101].reshape(documents, 101).T
            model.losses(batch[:-1], batch[1:])[0].sum().item()
    return repeats * documents * 100, time.perf_counter() - start


def top(count):
    model = models["full"]
    model.eval()
    state, micros = None, []
    with torch.no_grad():
        for token in text[:count]:
            start = time.perf_counter()
            states, state = model.rnn(model.encoder(token.reshape(1, 1)), state)
            torch.softmax(model.decoder(states[0, 0]), 0).topk(10)[1].tolist()
            micros.append((time.perf_counter() - start) * 1e6)
    return float(np.median(micros))


def blas():
    """The OpenBLAS that is loaded, with its kernel; None if it is another BLAS."""
    torch.ones(64, 64) @ torch.ones(64, 64)
    with open("/proc/self/maps") as maps:
        paths = {line.split()[-1] for line in maps if "openblas" in line}
    for path in sorted(paths):
        library = ctypes.CDLL(path)
        if hasattr(library, "openblas_get_corename"):
            library.openblas_get_corename.restype = ctypes.c_char_p
            library.openblas_get_config.restype = ctypes.c_char_p
            version = " ".join(library.openblas_get_config().decode().split()[:2])
            return version + ", kernel " + library.openblas_get_corename().decode()
    return None


print("@" + json.dumps({"version": torch.__version__, "blas": blas()}), flush=True)
for line in sys.stdin:
    command, *arguments = line.split()
    if command == "train":
        tokens, seconds = train(arguments[0], int(arguments[1]))
        figure = tokens / seconds
    elif command == "score":
        tokens, seconds = score(arguments[0], int(arguments[1]), int(arguments[2]))
        figure = tokens / seconds
    else:
        figure = top(int(arguments[0]))
    print("@" + json.dumps({"figure": figure}), flush=True)
