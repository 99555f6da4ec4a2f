package dev.driftline.bench;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What can be measured, in the order in which it is. */
enum Part {
    /** The model alone on one thread, over RocksDB, without Kafka. */
    IN_PROCESS,
    /** Top-10 predictions of a learned model, without Kafka. */
    PREDICTIONS,
    /** The detectors of changes on made-up sources: delay and false alarms; the figures do not depend on the machine. */
    DRIFT,
    /** The neural engine on one thread, beside PyTorch where it is installed. */
    NEURAL,
    /** What the full and the adaptive softmax learn in the same time and from the same tokens. */
    SOFTMAXES,
    /** Documents in, scores and predictions out, through a broker. */
    END_TO_END,
    /** Topologies that count the same n-grams and do nothing else. */
    BASELINES,
    /** State from changelogs after the state folder was lost. */
    RESTORE,
    /** Document in to score out at a light load and at half of the full one. */
    LATENCY,
    /** Through a broker with the network on, under both policies of where it cannot keep up. */
    NEURAL_END_TO_END,
    /** Through a broker with network, watch for drift and filter, beside each of them alone. */
    EVERYTHING,
    /** What {@code kill -9} costs an instance with a state of tens of millions of n-grams. */
    CRASH,
    /** What a token costs as the model grows, in process. */
    GROWTH,
    /** A model that forgets: speed under a bound, a stream of ever-new words, documents taken out; in process. */
    FORGET,
    /** Completions of a word that is being typed, over a vocabulary of a million; in process. */
    TYPING,
    /** What a token costs as the model grows, through a broker. */
    GROWTH_END_TO_END;

    /** What is measured where nothing is said: what takes minutes, and not hours. */
    static final Set<Part> USUAL = EnumSet.of(IN_PROCESS, PREDICTIONS, END_TO_END, BASELINES, RESTORE, LATENCY);

    /** Whether it goes through a broker. */
    boolean needsABroker() {
        return switch (this) {
            case IN_PROCESS, PREDICTIONS, DRIFT, NEURAL, SOFTMAXES, CRASH, GROWTH, FORGET -> false;
            default -> true;
        };
    }

    /** The name on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Part named(String name) {
        for (Part part : values()) {
            if (part.toString().equals(name)) {
                return part;
            }
        }
        throw new IllegalArgumentException("'" + name + "' is none of " + names());
    }

    /** All names. */
    static String names() {
        return Arrays.stream(values()).map(Part::toString).collect(Collectors.joining(", "));
    }
}
