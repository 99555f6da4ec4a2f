package dev.driftline.bench;

import java.util.Locale;

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
    /** Documents in, scores and predictions out, through a broker; beside the naive topology. */
    END_TO_END,
    /** The same with the network on, under both policies of where it cannot keep up. */
    NEURAL_END_TO_END,
    /** State from changelogs after the state folder was lost. */
    RESTORE,
    /** What {@code kill -9} costs an instance with a state of tens of millions of n-grams; only where it is asked for. */
    CRASH,
    /** Document in to score out at half of the load. */
    LATENCY;

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
        throw new IllegalArgumentException("'" + name
                + "' is none of in-process, predictions, drift, neural, softmaxes, end-to-end, neural-end-to-end, restore,"
                + " latency");
    }
}
