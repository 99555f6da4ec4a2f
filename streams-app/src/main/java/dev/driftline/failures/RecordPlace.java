package dev.driftline.failures;

/**
 * Where a record is that work may fail with.
 *
 * @param work the operator that is at it
 * @param topic its topic
 * @param partition its partition
 * @param offset its offset
 * @param document which of the documents of the record, from 0; 0 too where it has one
 * @param print a hash of what it is, so that another record in the same place, after its topic was made anew, is not taken
 *     for it
 */
public record RecordPlace(String work, String topic, int partition, long offset, int document, int print) {

    /** Of a record of one document. */
    public RecordPlace(String work, String topic, int partition, long offset, int print) {
        this(work, topic, partition, offset, 0, print);
    }

    /** The place of another document of the same record. */
    public RecordPlace of(int number) {
        return new RecordPlace(work, topic, partition, offset, number, print);
    }

    /** Whether {@code other} was in the same place, in a record that is gone. */
    boolean isAfter(RecordPlace other) {
        return isSamePlace(other) && print != other.print;
    }

    private boolean isSamePlace(RecordPlace other) {
        return work.equals(other.work)
                && topic.equals(other.topic)
                && partition == other.partition
                && offset == other.offset;
    }

    @Override
    public String toString() {
        return topic + " partition " + partition + " offset " + offset + (document == 0 ? "" : " document " + document)
                + " in " + work;
    }
}
