package dev.driftline.torture;

import dev.driftline.torture.fault.Planned;
import dev.driftline.torture.fault.Struck;
import java.util.OptionalLong;

/**
 * A fault that has happened.
 *
 * @param struckAtMillis when what it did was over, after the beginning
 * @param healthyAfterMillis how long what it hurt took from then on; empty where it never became healthy
 */
record Done(Planned planned, Struck struck, long struckAtMillis, OptionalLong healthyAfterMillis) {}
