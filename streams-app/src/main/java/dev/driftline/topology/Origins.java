package dev.driftline.topology;

import dev.driftline.input.DocumentOrigin;
import dev.driftline.pending.Ticket;
import dev.driftline.store.StoreHeader;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;

/** Where documents were read from, by their {@link Ticket}. */
final class Origins {

    private final String documents;
    private final String text;

    Origins(TopicNames topics) {
        documents = topics.name(Topic.DOCUMENTS);
        text = topics.name(Topic.TEXT);
    }

    /** @param taken of the store of pending documents, by which tickets are numbered */
    DocumentOrigin of(int partition, long ticket, StoreHeader taken) {
        String topic = Ticket.isText(ticket) ? text : documents;
        return new DocumentOrigin(topic, partition, taken.offset(topic, Ticket.offset(ticket)));
    }

    DocumentOrigin of(boolean isText, int partition, long offset) {
        return new DocumentOrigin(isText ? text : documents, partition, offset);
    }
}
