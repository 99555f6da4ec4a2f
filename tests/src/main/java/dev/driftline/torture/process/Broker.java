package dev.driftline.torture.process;

import dev.driftline.embedded.BrokerNode;
import dev.driftline.embedded.ChildProcess;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;

/** A broker that is a controller, too. It is healthy once every partition has all of its copies again. */
public final class Broker extends Member {

    private static final int ANSWER_SECONDS = 3;

    private final BrokerNode node;
    private final Admin admin;

    Broker(BrokerNode node, Admin admin) {
        super("broker-" + node.number());
        this.node = node;
        this.admin = admin;
    }

    /** Its number among the brokers, from 1. */
    public int number() {
        return node.number();
    }

    @Override
    public ChildProcess process() {
        return node.process();
    }

    @Override
    void launch() {
        node.start();
    }

    @Override
    public boolean isHealthy() {
        if (!node.isListening()) {
            return false;
        }
        try {
            boolean isMember = admin.describeCluster().nodes().get(ANSWER_SECONDS, TimeUnit.SECONDS).stream()
                    .anyMatch(other -> other.id() == number());
            return isMember
                    && admin
                            .describeTopics(admin.listTopics(
                                            new org.apache.kafka.clients.admin.ListTopicsOptions().listInternal(true))
                                    .names()
                                    .get(ANSWER_SECONDS, TimeUnit.SECONDS))
                            .allTopicNames()
                            .get(ANSWER_SECONDS, TimeUnit.SECONDS)
                            .values()
                            .stream()
                            .flatMap(topic -> topic.partitions().stream())
                            .allMatch(partition -> partition.isr().size()
                                    == partition.replicas().size());
        } catch (ExecutionException | TimeoutException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
