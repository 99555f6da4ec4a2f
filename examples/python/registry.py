"""Avro in Confluent's wire format: a byte 0, the id of the schema in four bytes, the record. Needs python3-avro only."""

import io
import json
import urllib.request

import avro.io
import avro.schema


class Registry:
    """A schema registry, by its URL. Remembers the schemas that it has fetched."""

    def __init__(self, url):
        self.url = url.rstrip("/")
        self.schemas = {}

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=30) as response:
            return json.load(response)

    def decode(self, message):
        """The record in the value of a message, as a dict."""
        if message[0] != 0:
            raise ValueError("not in Confluent's wire format: it begins with byte %d, not 0" % message[0])
        number = int.from_bytes(message[1:5], "big")
        if number not in self.schemas:
            self.schemas[number] = avro.schema.parse(self.get("/schemas/ids/%d" % number)["schema"])
        reader = avro.io.DatumReader(self.schemas[number])
        return reader.read(avro.io.BinaryDecoder(io.BytesIO(message[5:])))

    def encode(self, topic, record):
        """The value of a message for a topic, by the newest schema that the registry has for it."""
        latest = self.get("/subjects/%s-value/versions/latest" % topic)
        out = io.BytesIO()
        out.write(b"\0" + latest["id"].to_bytes(4, "big"))
        avro.io.DatumWriter(avro.schema.parse(latest["schema"])).write(record, avro.io.BinaryEncoder(out))
        return out.getvalue()
