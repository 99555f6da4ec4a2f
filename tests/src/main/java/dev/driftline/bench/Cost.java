package dev.driftline.bench;

/**
 * What one run cost.
 *
 * @param tokens that went through
 * @param seconds from when the service was let go until everything was committed
 * @param cpuSeconds user and system time of the measured JVM
 * @param brokerCpuSeconds user and system time of the broker
 */
record Cost(long tokens, double seconds, double cpuSeconds, double brokerCpuSeconds) {

    /** CPU time with the broker's, in microseconds. */
    double cpuMicrosPerToken() {
        return 1e6 * (cpuSeconds + brokerCpuSeconds) / tokens;
    }

    /** The broker's share of {@link #cpuMicrosPerToken()}. */
    double brokerMicrosPerToken() {
        return 1e6 * brokerCpuSeconds / tokens;
    }

    double tokensPerSecond() {
        return tokens / seconds;
    }
}
