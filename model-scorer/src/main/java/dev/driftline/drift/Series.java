package dev.driftline.drift;

/** The two series that are watched of each source. */
public enum Series {
    /** Bits a token under the live mixture, unknown words spelled out. Only a rise is a change: it falls as the model learns. */
    LIVE,
    /** Bits a token under the {@link ReferenceModel}. A rise and a fall are changes. */
    REFERENCE
}
