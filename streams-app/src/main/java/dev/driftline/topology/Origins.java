package dev.driftline.topology;

import dev.driftline.input.DocumentOrigin;
import dev.driftline.pending.Ticket;
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

    DocumentOrigin of(int partition, long ticket) {
        return of(Ticket.isText(ticket), partition, Ticket.offset(ticket));
    }

    DocumentOrigin of(boolean isText, int partition, long offset) {
        return new DocumentOrigin(isText ? text : documents, partition, offset);
    }
}
