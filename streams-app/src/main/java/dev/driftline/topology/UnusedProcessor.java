package dev.driftline.topology;

import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands where a part of the topology is switched off, so that every instance has the same sub-topologies and stores, under
 * the same numbers, whatever its settings. Without it, instances that are restarted one at a time after such a switch would
 * each take a number for another sub-topology. Its store stays as it is.
 */
final class UnusedProcessor implements Processor<byte[], byte[], Object, Object> {

    private static final Logger LOG = LoggerFactory.getLogger(UnusedProcessor.class);

    private final String name;
    private final String setting;
    private boolean said;

    /**
     * @param name of the operator
     * @param setting that would switch it on
     */
    UnusedProcessor(String name, String setting) {
        this.name = name;
        this.setting = setting;
    }

    /** Passes over the record: another instance has the part switched on, or this one had before its last start. */
    @Override
    public void process(Record<byte[], byte[]> record) {
        if (!said) {
            said = true;
            LOG.info("{} is switched off on this instance: records for it are passed over ({})", name, setting);
        }
    }
}
