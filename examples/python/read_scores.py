"""Reads the scores of a topic and prints each as a line of JSON. Started again with the same GROUP, it goes on where it was.

Usage: python3 read_scores.py BROKER REGISTRY TOPIC GROUP [HOW_MANY]
Debian: apt-get install python3-avro python3-confluent-kafka
"""

import itertools
import json
import sys

from confluent_kafka import Consumer

from registry import Registry

FIELDS = ["id", "source", "tokens", "perplexity", "bits_per_token", "unknown_rate"]

broker, registry_url, topic, group = sys.argv[1:5]
how_many = int(sys.argv[5]) if len(sys.argv) > 5 else None

registry = Registry(registry_url)
consumer = Consumer({
    "bootstrap.servers": broker,
    "group.id": group,
    "auto.offset.reset": "earliest",
    "isolation.level": "read_committed",
})
consumer.subscribe([topic])


def messages():
    while True:
        message = consumer.poll(1)
        if message is None:
            continue
        if message.error():
            sys.exit("cannot read %s: %s" % (topic, message.error()))
        if message.value() is None:
            continue  # a tombstone
        yield message


try:
    for message in itertools.islice(messages(), how_many):
        score = registry.decode(message.value())
        print(json.dumps({field: score.get(field) for field in FIELDS}), flush=True)
except KeyboardInterrupt:
    pass
finally:
    consumer.close()
