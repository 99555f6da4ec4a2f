package dev.driftline.store;

import java.util.Optional;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.processor.internals.ProcessorNode;

/**
 * Lets a processor forward records while its task flushes its stores before a commit, as the caching stores of Kafka Streams do
 * ({@code TimestampedCacheFlushListener}): the records are sent before the producer is flushed, and so in the same transaction
 * as the offsets of what they are made of. A context forwards only on behalf of a current node, which it has none of outside
 * {@code process} and {@code punctuate}; the one that it has in {@code init} is the processor's. It is set through an
 * <em>internal</em> interface: the version of Kafka is pinned, see {@link WriteBackStore}.
 *
 * <p>A context of a test, which is none of Kafka Streams' own, forwards at any time.
 */
public final class FlushForward {

    private final Optional<InternalProcessorContext<?, ?>> context;
    private final Optional<ProcessorNode<?, ?, ?, ?>> node;

    private FlushForward(Optional<InternalProcessorContext<?, ?>> context) {
        this.context = context;
        node = context.map(InternalProcessorContext::currentNode);
    }

    /** Of the processor that is being initialised. */
    public static FlushForward of(ProcessorContext<?, ?> given) {
        return new FlushForward(
                given instanceof InternalProcessorContext<?, ?> internal ? Optional.of(internal) : Optional.empty());
    }

    /** Runs {@code work}, which may forward. */
    public void run(Runnable work) {
        if (context.isEmpty()) {
            work.run();
            return;
        }
        ProcessorNode<?, ?, ?, ?> before = context.get().currentNode();
        context.get().setCurrentNode(node.orElseThrow());
        try {
            work.run();
        } finally {
            context.get().setCurrentNode(before);
        }
    }
}
