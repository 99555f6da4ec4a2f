package dev.driftline.metrics;

/** Reads one part of the service for a scrape. */
interface Probe {

    /** Adds what there is to read; called from one scrape at a time. */
    void read(Samples samples);
}
