"""Reads a snapshot of Driftline's network: checks it, and lists the words whose vectors are nearest to that of a word.

    driftline snapshots export active ./network
    python3 read_snapshot.py ./network WORD [HOW_MANY]

Debian: apt-get install python3-numpy. deploy/load_snapshot.py makes PyTorch modules of a snapshot.
"""

import hashlib
import json
import os
import struct
import sys

import numpy


def read(folder):
    """What the snapshot is, its words by index, and its tensors by name."""
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    content = {}
    for name, expected in manifest["files"].items():
        with open(os.path.join(folder, name), "rb") as file:
            content[name] = file.read()
        if hashlib.sha256(content[name]).hexdigest() != expected["sha256"]:
            sys.exit("%s has changed since it was written" % name)
    return manifest, json.loads(content[manifest["vocabulary"]]), safetensors(content["model.safetensors"])


def safetensors(content):
    """The layout: eight bytes with the length of a JSON header, the header, the numbers."""
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    return {
        name: numpy.frombuffer(content, "<f4", numpy.prod(tensor["shape"], dtype=int), 8 + length + tensor["data_offsets"][0])
        .reshape(tensor["shape"])
        for name, tensor in header.items()
    }


def nearest(words, vectors, word, how_many):
    """Words by the cosine between their vectors and that of `word`."""
    unit = vectors / numpy.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = unit @ unit[words.index(word)]
    return [(words[index], float(cosines[index])) for index in numpy.argsort(-cosines)[1 : how_many + 1]]


def main(folder, word, how_many="5"):
    manifest, words, tensors = read(folder)
    print(json.dumps({name: manifest[name] for name in ("version", "model", "vocabularySize", "parameters")}))
    if word not in words:
        sys.exit("the network has no vector for '%s'" % word)
    for near, cosine in nearest(words, tensors["encoder.weight"], word, int(how_many)):
        print(json.dumps({"word": near, "cosine": cosine}, ensure_ascii=False))


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # whatever the locale
    main(*sys.argv[1:])
