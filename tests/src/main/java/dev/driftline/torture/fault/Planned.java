package dev.driftline.torture.fault;

/**
 * A fault as it is planned. What it hits depends on the seed alone; when it does, on the processes, too.
 *
 * @param number 1 for the first
 * @param atMillis after the beginning
 * @param moment that it is aimed at
 * @param target which of the processes, modulo their number
 * @param millis how long what it does lasts
 * @param detail decides what else there is to decide, from 0 on
 */
public record Planned(int number, long atMillis, FaultKind kind, Moment moment, int target, int millis, int detail) {

    /** The fault that does it. */
    public Fault fault() {
        return kind.fault(this);
    }
}
