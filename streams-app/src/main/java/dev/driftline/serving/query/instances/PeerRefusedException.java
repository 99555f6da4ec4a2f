package dev.driftline.serving.query.instances;

/** Another instance refuses what this one asks, and will again until somebody changes the settings of one of them. */
public final class PeerRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message which instance, why, and what to change */
    public PeerRefusedException(String message) {
        super(message);
    }
}
