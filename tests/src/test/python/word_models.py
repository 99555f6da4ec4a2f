"""Word models of PyTorch, to be brought into Driftline and back.

    word_models.py make DIR          trains a few tiny ones; DIR/NAME.safetensors, NAME.words.json and what they predict
    word_models.py check [EXPECTED.json EXPORTED]...
                                     loads exported snapshots into PyTorch modules; they must predict the same
    word_models.py finetune EXPORTED trains an exported snapshot on in place, and prints what it predicts then

Needs deploy/ on PYTHONPATH.
"""

import json
import os
import sys

import torch
from torch import nn

from load_snapshot import WordModel, load, read_safetensors, write_safetensors

TEXT = (
    "the cat saw the dog <eos> the dog saw the <unk> <eos> a bird sang <eos> the bird saw a cat <eos> "
    "a dog ran to the cat and the bird <eos> the cat ran <eos> did the bird hear the dog <eos> no <eos> "
    "it sang to a cat that ran to the dog that saw it <eos>"
).split()


def architecture(cell, embedding, hidden, layers=1, window=0, tied=False, cutoffs=(), divisor=1.0):
    return {
        "cell": cell,
        "embedding": embedding,
        "hidden": hidden,
        "layers": layers,
        "window": window,
        "tied": tied,
        "cutoffs": list(cutoffs),
        "divisor": divisor,
    }


MODELS = {
    "lstm-tied": architecture("lstm", 8, 8, tied=True),
    "gru-two-layers": architecture("gru", 6, 10, layers=2),
    "rnn-adaptive": architecture("rnn", 5, 12, cutoffs=(8, 14), divisor=2.0),
    "lstm-adaptive": architecture("lstm", 8, 16, cutoffs=(6,), divisor=4.0),
    "window": architecture("window", 6, 9, window=3),
}


def dictionary():
    """Words in the order in which they come, as PyTorch's word_language_model has them: <eos> and <unk> anywhere."""
    words = list(dict.fromkeys(TEXT))
    return words, {word: row for row, word in enumerate(words)}


def context(index):
    return torch.tensor([index["<eos>"]] + [index[word] for word in TEXT[:20]])


def forward(model, tokens, end):
    """As WordModel, where the end of a sentence is not row 1."""
    if not model.window:
        return model(tokens)
    padded = torch.cat([torch.full((model.window - 1,), end, dtype=torch.long), tokens])
    states = torch.tanh(model.hidden(model.encoder(padded.unfold(0, model.window, 1)).flatten(1)))
    return torch.log_softmax(model.decoder(states), dim=1)


def train(model, tokens, end, steps):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = nn.functional.nll_loss(forward(model, tokens[:-1], end), tokens[1:])
        loss.backward()
        optimizer.step()
    return loss.item()


def make(folder):
    words, index = dictionary()
    tokens = torch.tensor([index["<eos>"]] + [index[word] for word in TEXT])
    for name, shape in MODELS.items():
        torch.manual_seed(1)
        model = WordModel(shape, len(words))
        if isinstance(model.decoder, nn.AdaptiveLogSoftmaxWithLoss):
            assert index["<eos>"] < shape["cutoffs"][0], "rows of the head"
        loss = train(model, tokens, index["<eos>"], 40)
        model.eval()
        with torch.no_grad():
            predicted = forward(model, context(index), index["<eos>"])
        write_safetensors(os.path.join(folder, name + ".safetensors"), model.state_dict())
        with open(os.path.join(folder, name + ".words.json"), "w", encoding="utf-8") as file:
            json.dump(index, file)
        save_expected(os.path.join(folder, name + ".expected.json"), words, predicted)
        print(f"{name}: loss {loss:.3f}, {sum(p.numel() for p in model.parameters())} parameters")


def save_expected(path, words, predicted):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(
            {
                "text": TEXT[:20],
                "words": words,
                "log_probabilities": [[round(value, 6) for value in row] for row in predicted.tolist()],
            },
            file,
        )


def here(word):
    return {"<eos>": "</s>"}.get(word, word)


def check(*pairs):
    worst = 0
    for expected_file, exported in zip(pairs[::2], pairs[1::2]):
        with open(expected_file, encoding="utf-8") as file:
            expected = json.load(file)
        model, words, _ = load(exported)
        index = {word: row for row, word in enumerate(words)}
        tokens = torch.tensor([index["</s>"]] + [index[here(word)] for word in expected["text"]])
        with torch.no_grad():
            predicted = model(tokens)
        columns = torch.tensor([index[here(word)] for word in expected["words"]])
        difference = (predicted[:, columns] - torch.tensor(expected["log_probabilities"])).abs().max().item()
        print(f"{exported}: largest difference {difference:.2e}")
        worst = max(worst, difference)
    if not pairs or worst > 1e-4:
        sys.exit(1)


def finetune(exported):
    model, words, _ = load(exported)
    index = {word: row for row, word in enumerate(words)}
    tokens = torch.tensor([index["</s>"]] + [index[here(word)] for word in reversed(TEXT)])
    model.train()
    train(model, tokens, index["</s>"], 10)
    model.eval()
    _, metadata = read_safetensors(os.path.join(exported, "model.safetensors"))
    write_safetensors(os.path.join(exported, "model.safetensors"), model.state_dict(), metadata)
    tokens = torch.tensor([index["</s>"]] + [index[here(word)] for word in TEXT[:20]])
    with torch.no_grad():
        save_expected(exported + ".expected.json", words, model(tokens))


if __name__ == "__main__":
    {"make": make, "check": check, "finetune": finetune}[sys.argv[1]](*sys.argv[2:])
