#!/usr/bin/env bash
# Publishes a text to Driftline with kcat alone, which writes bytes as they are: a TextEvent in Avro, in Confluent's wire format.
# Usage: publish.sh BROKER REGISTRY TOPIC ID SOURCE TEXT
set -euo pipefail
broker=$1 registry=$2 topic=$3 id=$4 source=$5 text=$6
export LC_ALL=C # ${#text} counts bytes

byte() { printf '%b' "\\x$(printf '%02x' "$1")"; }
long() { # zigzag, then seven bits a byte
    local value=$(($1 << 1 ^ $1 >> 63))
    while ((value > 127)); do
        byte $((value & 127 | 128))
        value=$((value >> 7))
    done
    byte "$value"
}
string() { long ${#1} && printf '%s' "$1"; }

schema=$(curl -sfS "$registry/subjects/$topic-value/versions/latest")
schema=${schema#*\"id\":} && schema=${schema%%[!0-9]*}
event=$(mktemp) && trap 'rm -f "$event"' EXIT
{
    byte 0 && byte $((schema >> 24)) && byte $((schema >> 16 & 255)) && byte $((schema >> 8 & 255)) && byte $((schema & 255))
    string "$id" && string "$source" && string "$text"
    long "$(date +%s)000"                   # published_at
    long 1 && string en                     # language: the second type of its union
    long 0                                  # attributes: none
    long 0 && long 0 && long 0              # retract, retract_offset, retract_source: null
} >"$event"
# The source as the key keeps the texts of a source in order.
kcat -P -b "$broker" -t "$topic" -k "$source" "$event"
