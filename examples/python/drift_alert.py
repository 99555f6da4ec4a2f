"""Tells a webhook of drifts: reads what `driftline drift --json --from-beginning` prints, and posts a message for each.

Usage: driftline drift --json --from-beginning | python3 drift_alert.py URL [STATES] [FILE]

URL     is sent JSON: a sentence as "text", which is what chat services take, and the whole event as "event"
STATES  which events are told, DRIFT,RECOVERED by default
FILE    remembers what was told, drift-alert.json by default: started again, it goes on where it was

A message that is not accepted is sent again until it is, so an event may be told twice and is never lost.
Needs Python only.
"""

import json
import os
import sys
import time
import urllib.request


def text(event):
    if event["state"] == "WARNING":
        what = "may be changing"
    elif event["state"] == "DRIFT":
        what = "has changed its language"
    elif event["recovery"] == "ACCEPTED":
        what = "stays at its new level"
    elif event["series"] == "LIVE":
        what = "is back at its old level, or has been learned"  # the live series falls either way
    else:
        what = "is back at its old level"
    before, after = event["bits_per_token_before"], event["bits_per_token_after"]
    message = "%s (%s) %s: perplexity %.1f → %.1f (%+.2f bits a token) since its document %d, %s" % (
        event["source"], event["series"].lower(), what, 2 ** before, 2 ** after, after - before, event["started_document"], event["started_at"])
    words = " ".join(word["word"] for word in event["words"][:6])
    return message + (": " + words if words else "")


def tell(url, event):
    body = json.dumps({"text": text(event), "event": event}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    wait = 1
    while True:
        try:
            urllib.request.urlopen(request, timeout=30).close()
            return
        except OSError as failure:
            print("%s: %s; again in %d s" % (url, failure, wait), file=sys.stderr, flush=True)
        time.sleep(wait)
        wait = min(60, 2 * wait)


def remember(file, offsets):
    with open(file + ".new", "w") as out:
        json.dump(offsets, out)
    os.replace(file + ".new", file)


def main(url, states="DRIFT,RECOVERED", file="drift-alert.json"):
    offsets = {}  # of the last event that was told, by partition
    if os.path.exists(file):
        with open(file) as remembered:
            offsets = json.load(remembered)
    for line in sys.stdin:
        event = json.loads(line)
        partition = str(event["partition"])
        if event["offset"] <= offsets.get(partition, -1):
            continue
        if event["state"] in states.split(","):
            tell(url, event)
            print(text(event), flush=True)
        offsets[partition] = event["offset"]
        remember(file, offsets)


if __name__ == "__main__":
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # whatever the locale
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        pass
