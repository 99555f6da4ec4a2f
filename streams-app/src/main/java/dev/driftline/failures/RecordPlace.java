package dev.driftline.failures;

/**
 * Where a record is that work may fail with.
 *
 * @param work the operator that is at it
 * @param topic its topic
 * @param partition its partition
 * @param offset its offset
 * @param print a hash of what it is, so that another record in the same place, after its topic was made anew, is not taken
 *     for it
 */
public record RecordPlace(String work, String topic, int partition, long offset, int print) {

    boolean isSamePlace(RecordPlace other) {
        return work.equals(other.work)
                && topic.equals(other.topic)
                && partition == other.partition
                && offset == other.offset;
    }

    @Override
    public String toString() {
        return topic + " partition " + partition + " offset " + offset + " in " + work;
    }
}
