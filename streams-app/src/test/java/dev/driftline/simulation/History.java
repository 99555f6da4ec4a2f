package dev.driftline.simulation;

import dev.driftline.failures.RecordFailedException;
import dev.driftline.failures.Stage;
import dev.driftline.topics.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.TaskId;

/** Leads a simulation through events, and then to where nothing waits; the oracle looks on. */
final class History {

    /** Stages that can fail with a document. */
    private static final List<Stage> STAGES = List.of(
            Stage.SCATTER, Stage.COUNT, Stage.LEARN, Stage.GATHER, Stage.MIX, Stage.WRITE, Stage.WATCH, Stage.TRAIN);

    private static final int INSTANCES = 2;
    private static final int MOST_ROUNDS = 2_000;

    private final Simulation simulation;
    private final Oracle oracle;
    private final List<String> told = new ArrayList<>();
    private final boolean tells;
    /** Topics that may be deleted and made again, those that only the service writes first. */
    private final List<Topic> topics;

    private int published;
    /** The latest that the clock has been. */
    private long latest;

    /** @param tells whether to note in words what happens */
    History(Blueprint blueprint, Circumstances circumstances, long seed, Defects defects, boolean tells) {
        this.tells = tells;
        simulation = new Simulation(
                blueprint, INSTANCES, circumstances.exactlyOnce(), circumstances.keepsState(), seed, defects);
        topics = Stream.of(
                        Topic.NGRAM_REQUESTS,
                        Topic.NGRAM_REPLIES,
                        Topic.NGRAM_DOCUMENTS,
                        Topic.OBSERVATIONS,
                        Topic.DOCUMENTS,
                        Topic.TEXT)
                .filter(circumstances.layout()::has)
                .toList();
        oracle = new Oracle(simulation);
        simulation.witness = oracle;
    }

    /** What has happened, in words. */
    List<String> told() {
        return told;
    }

    /**
     * Runs it.
     *
     * @throws AssertionError if something is not as it must be
     */
    void run(List<Event> events) {
        for (Event event : events) {
            simulation.moment++;
            happens(event);
            oracle.happened();
        }
        tell("all is processed and committed");
        simulation.endFaults();
        drain();
        oracle.finish();
        simulation.close();
        oracle.closed();
    }

    private void drain() {
        int rounds = 0;
        int quiet = 0;
        // Kafka Streams punctuates when the clock has come again to where it was.
        simulation.advance(Math.max(0, latest - simulation.now));
        // The trainer looks every 250 ms.
        int enough = simulation.blueprint.trainer.isPresent() ? 6 : 3;
        while (quiet < enough) {
            boolean busy = false;
            simulation.moment++;
            simulation.advance(60);
            for (SimulatedInstance instance : simulation.instances()) {
                busy |= instance.readSnapshots(Integer.MAX_VALUE) > 0;
                while (!instance.rounds.isEmpty()) {
                    instance.rounds.end(false);
                    busy = true;
                }
                while (instance.scoreByNetwork()) {
                    busy = true;
                }
            }
            for (TaskId id : simulation.tasks().stream().map(task -> task.id).toList()) {
                List<TopicPartition> waiting = simulation.task(id).waiting();
                busy |= !waiting.isEmpty();
                guarded(simulation.task(id), task -> {
                    waiting.forEach(task::process);
                    task.punctuate();
                    task.commit();
                });
            }
            quiet = busy ? 0 : quiet + 1;
            if (++rounds > MOST_ROUNDS) {
                throw new AssertionError("after " + rounds + " rounds records still wait");
            }
        }
    }

    /** Work of a task, which may cost its thread. */
    private void guarded(SimulatedTask task, Consumer<SimulatedTask> work) {
        try {
            work.accept(task);
        } catch (RecordFailedException e) {
            tell("  its thread dies: " + e.getMessage());
            if (task.isZombie()) {
                task.lose();
            } else {
                task.replaceThread();
            }
        } catch (SimulatedTask.FencedException e) {
            tell("  it is fenced");
            task.lose();
        }
    }

    private void tell(String what) {
        if (tells) {
            told.add(what);
        }
    }

    private void happens(Event event) {
        List<SimulatedTask> tasks = simulation.tasks();
        SimulatedTask task = tasks.get(event.which() % tasks.size());
        SplittableRandom random = new SplittableRandom(event.seed());
        int instance = event.how() % INSTANCES;
        String name = task.id + " on instance " + simulation.owner(task.id);
        switch (event.kind()) {
            case PUBLISH -> publish(event, random);
            case PUBLISH_TEXT -> publishText(event, random);
            case PUBLISH_UNREADABLE -> {
                int partition = oracle.unreadable(event.which(), random.nextInt());
                tell("bytes that are no document are published to partition " + partition);
            }
            case PUBLISH_AGAIN ->
                oracle.again(event.which())
                        .ifPresent(document -> tell("document " + document.id() + " is published again"));
            case RETRACT -> {
                oracle.retract(event.which(), event.how() % 4 > 0)
                        .ifPresent(document -> tell("document " + document.id() + " is to be taken out"));
            }
            case JUNK -> {
                Topic topic = topics.get(event.how() % (topics.size() - 2));
                oracle.junk(topic, event.which(), random.nextInt());
                tell("somebody writes to " + topic);
            }
            case POLL -> poll(event, task, random);
            case PUNCTUATE -> {
                tell(name + " punctuates");
                simulation.advance(30);
                guarded(task, SimulatedTask::punctuate);
            }
            case FLUSH -> {
                // Without transactions the producer is flushed after each write-back.
                tell(name + (simulation.exactlyOnce ? " writes back" : " commits"));
                guarded(task, simulation.exactlyOnce ? SimulatedTask::flush : SimulatedTask::commit);
            }
            case COMMIT -> {
                tell(name + " commits");
                guarded(task, SimulatedTask::commit);
            }
            case REVIVE -> {
                tell(name + " is revived");
                work(task);
                simulation.task(task.id).revive();
            }
            case REVIVE_AFTER_FLUSH -> {
                tell(name + " is revived after its write-back");
                work(task);
                simulation.task(task.id).reviveAfterFlush();
            }
            case REVIVE_AFTER_COMMIT -> {
                tell(name + " is revived after a commit");
                task.commit();
                task.revive();
            }
            case COMMIT_UNHEARD -> {
                tell(name + " commits, does not hear of it and is revived");
                task.commitUnheard();
            }
            case REPLACE_THREAD -> {
                tell("the thread of " + name + " dies");
                work(task);
                simulation.task(task.id).replaceThread();
            }
            case KILL -> kill(event, "");
            case KILL_AFTER_FLUSH -> {
                work(task);
                simulation.task(task.id).flush();
                kill(event, ", after " + name + " has written back");
            }
            case KILL_IN_COMMIT -> {
                task.commitBeforeKill();
                int owner = simulation.owner(task.id);
                tell("instance " + owner + " is killed between the commit of " + task.id
                        + " at the brokers and on disk, its tasks go to instance " + instance);
                simulation.kill(owner, instance);
            }
            case MOVE -> {
                tell(name + " goes to instance " + instance);
                simulation.move(task.id, instance);
            }
            case STANDBY_AND_BACK -> {
                int owner = simulation.owner(task.id);
                tell(name + " goes to the other instance and comes back");
                simulation.move(task.id, 1 - owner);
                simulation.move(task.id, owner);
            }
            case STEAL -> {
                tell("instance " + instance + " takes " + name + ", which does not know");
                simulation.steal(task.id, instance);
            }
            case FOLLOW ->
                standby(task).ifPresent(standby -> {
                    tell("the standby of " + name + " reads " + event.how() % 50 + " changes");
                    standby.follow(event.how() % 50);
                });
            case EVICT ->
                standby(task).ifPresent(standby -> {
                    tell("the standby of " + name + " loses its disk");
                    standby.evict();
                });
            case COMPACT -> {
                tell("the changelogs of " + task.id + " are compacted");
                task.compact();
            }
            case CLOCK_FORWARDS -> {
                simulation.advance(random.nextInt(200_000));
                tell("the clock goes on to " + simulation.now);
            }
            case CLOCK_BACKWARDS -> {
                latest = Math.max(latest, simulation.now);
                simulation.now -= random.nextInt(100_000);
                tell("the clock goes back to " + simulation.now);
            }
            case FAIL -> {
                Stage stage = STAGES.get(event.which() % STAGES.size());
                int times = 1 + event.how() % 4;
                tell("the next " + times + " times that work comes to " + stage + " it fails");
                simulation.fail(stage, times);
            }
            case MAKE_AGAIN -> {
                Topic topic = topics.get(event.which() % topics.size());
                boolean kills = event.how() % 2 == 0;
                tell("all instances " + (kills ? "are killed" : "stop") + ", " + topic
                        + " is deleted and made again, and they start");
                simulation.makeAgain(simulation.topics.name(topic), kills);
            }
            case LOSE_OFFSETS -> {
                boolean kills = event.how() % 2 == 0;
                tell("all instances " + (kills ? "are killed" : "stop")
                        + ", their committed offsets are lost, and they start");
                oracle.losesOffsets();
                simulation.loseOffsets(kills);
            }
            case TRAIN -> train(event, random);
            case STEAL_TRAINER -> {
                SimulatedTask trainer = trainer();
                tell("instance " + instance + " takes the trainer, " + trainer.id + ", from instance "
                        + simulation.owner(trainer.id) + ", which does not know");
                simulation.steal(trainer.id, instance);
            }
            case READ_SNAPSHOTS -> {
                int read = simulation.instance(instance).readSnapshots(1 + event.which() % 6);
                tell("instance " + instance + " reads " + read + " records of the snapshots");
            }
            case END_ROUND -> endRound(event);
            case SCORE_BY_NETWORK -> {
                if (simulation.instance(instance).scoreByNetwork()) {
                    tell("the network scores a batch on instance " + instance);
                }
            }
            case POINT ->
                oracle.point(event.how()).ifPresent(version -> tell("an operator makes " + version + " active"));
        }
    }

    private SimulatedTask trainer() {
        return simulation.tasks().stream()
                .filter(SimulatedTask::isTrainer)
                .findFirst()
                .orElseThrow();
    }

    /** The trainer takes documents in and looks whether a round is due or has ended. */
    private void train(Event event, SplittableRandom random) {
        SimulatedTask owner = trainer();
        SimulatedTask trainer = working(owner, random);
        int[] processed = {0};
        boolean commits = random.nextInt(3) > 0;
        simulation.advance(250);
        tell("the trainer " + (trainer == owner ? "on instance " + simulation.owner(owner.id) : "where it was")
                + " looks" + (commits ? " and commits" : ""));
        guarded(trainer, working -> {
            for (; processed[0] < 1 + event.how() % 8 && !working.waiting().isEmpty(); processed[0]++) {
                working.process(working.waiting().get(0));
            }
            working.punctuate();
            if (commits) {
                working.commit();
            }
        });
    }

    /** The task where it is, or where it was and works on until it commits. */
    private SimulatedTask working(SimulatedTask owner, SplittableRandom random) {
        SimulatedTask other = simulation.replica(owner.id, 1 - simulation.owner(owner.id));
        return other.isActive() && random.nextBoolean() ? other : owner;
    }

    /** A round of an instance where one is under way ends, or is given up. */
    private void endRound(Event event) {
        List<SimulatedInstance> training = simulation.instances().stream()
                .filter(instance -> !instance.rounds.isEmpty())
                .toList();
        if (!training.isEmpty()) {
            SimulatedInstance instance = training.get(event.which() % training.size());
            tell("a round on instance " + simulation.instances().indexOf(instance) + " ends");
            instance.rounds.end(event.how() % 2 == 0);
        }
    }

    /** Without transactions a crash may cut a write-back anywhere, so there is one whenever a task crashes. */
    private void work(SimulatedTask task) {
        if (!simulation.exactlyOnce) {
            guarded(task, working -> {
                for (int round = 0; round < 4; round++) {
                    working.waiting().forEach(working::process);
                }
                working.flush();
            });
        }
    }

    private void kill(Event event, String when) {
        int victim = event.which() % INSTANCES;
        int heir = event.how() % INSTANCES;
        tell("instance " + victim + " is killed" + when + ", its tasks go to instance " + heir);
        simulation.kill(victim, heir);
    }

    /** The replica of a task that is not active, where there is one. */
    private Optional<SimulatedTask> standby(SimulatedTask task) {
        return Optional.of(simulation.replica(task.id, 1 - simulation.owner(task.id)))
                .filter(replica -> !replica.isActive());
    }

    private void poll(Event event, SimulatedTask owner, SplittableRandom random) {
        SimulatedTask task = working(owner, random);
        int most = 1 + event.how() % 6;
        int[] processed = {0};
        guarded(task, working -> {
            for (; processed[0] < most; processed[0]++) {
                List<TopicPartition> waiting = working.waiting();
                if (waiting.isEmpty()) {
                    break;
                }
                working.process(waiting.get(random.nextInt(waiting.size())));
            }
            if (working.isZombie() && random.nextInt(3) == 0) {
                working.commit();
            }
        });
        if (processed[0] > 0) {
            tell(task.id + (task == owner ? " on instance " + simulation.owner(owner.id) : " where it was")
                    + " processes " + processed[0] + " records");
        }
    }

    private void publish(Event event, SplittableRandom random) {
        List<List<String>> sentences = new ArrayList<>();
        for (int sentence = random.nextInt(8) / 7; sentence >= 0; sentence--) {
            List<String> words = new ArrayList<>(List.of("the"));
            for (int word = random.nextInt(6); word > 0; word--) {
                words.add(random.nextInt(20) == 0 ? "v" + random.nextInt(100) : "w" + random.nextInt(6));
            }
            sentences.add(words);
        }
        boolean learn = random.nextInt(10) > 0;
        Oracle.Doc document = oracle.publish(event.which(), "d" + published++, "s" + event.how() % 3, sentences, learn);
        tell(document.id() + " is published to partition " + document.partition() + ": " + sentences
                + (learn ? "" : ", not to be learned"));
    }

    private void publishText(Event event, SplittableRandom random) {
        StringBuilder text = new StringBuilder("The");
        for (int word = random.nextInt(6); word > 0; word--) {
            text.append(" w").append(random.nextInt(6));
        }
        text.append('.');
        Oracle.Doc document =
                oracle.publishText(event.which(), "t" + published++, "s" + event.how() % 3, text.toString());
        tell(String.format(
                Locale.ROOT, "%s is published to partition %d: '%s'", document.id(), document.partition(), text));
    }
}
