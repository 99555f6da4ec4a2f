/**
 * What Prometheus scrapes: counters that the topology feeds once a document, and everything else read from the service when
 * it is asked for. {@link dev.driftline.metrics.ServiceMetrics} puts it together; each {@link dev.driftline.metrics.Probe}
 * reads one part.
 */
@NullMarked
package dev.driftline.metrics;

import org.jspecify.annotations.NullMarked;
