"""Publishes a text to Driftline, as Avro with the schema that the registry has.

Usage: python3 publish.py BROKER REGISTRY TOPIC ID SOURCE TEXT
Debian: apt-get install python3-avro python3-confluent-kafka
"""

import datetime
import json
import sys

from confluent_kafka import Producer

from registry import Registry

broker, registry_url, topic, id, source, text = sys.argv[1:]


def delivered(error, message):
    if error:
        sys.exit("not published: %s" % error)
    print(json.dumps({"id": id, "topic": topic, "partition": message.partition(), "offset": message.offset()}))


value = Registry(registry_url).encode(topic, {
    "id": id,
    "source": source,
    "text": text,
    "published_at": datetime.datetime.now(datetime.timezone.utc),
    "language": "en",
    "attributes": {"producer": "python"},
})
producer = Producer({"bootstrap.servers": broker})
# The source as the key keeps the texts of a source in order.
producer.produce(topic, key=source, value=value, on_delivery=delivered)
if producer.flush(30):
    sys.exit("no broker has acknowledged it within 30 s")
