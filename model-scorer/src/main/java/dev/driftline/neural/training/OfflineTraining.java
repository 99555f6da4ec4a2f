package dev.driftline.neural.training;

import dev.driftline.neural.Network;
import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.NetworkScore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Trains a network on a given text: epoch after epoch over its documents in random order, and, if there is a validation
 * text, until the network no longer predicts it better.
 *
 * <p>If the validation text costs more after an epoch than at best, the learning rate is halved and the next epoch starts
 * from the best weights; {@link Schedule#patience} such epochs in a row end the training. Without a validation text every
 * epoch counts as better. Not thread-safe.
 */
public final class OfflineTraining {

    private static final double LN2 = Math.log(2);
    /** Documents that are scored together. */
    private static final int SCORED_TOGETHER = 16;
    /** The text of a slice, after which the perplexity so far is known, in chunks of streams × steps tokens. */
    private static final int SLICE_CHUNKS = 20;

    /**
     * How long to train.
     *
     * @param epochs most passes over the text, 1 or more
     * @param patience how many epochs in a row may fail to improve on the validation text, 1 or more
     * @param leastGain bits a token that an epoch must save to count as better, 0 or more
     */
    public record Schedule(int epochs, int patience, double leastGain) {
        /** @throws IllegalArgumentException if a value is out of its range */
        public Schedule {
            if (epochs < 1 || patience < 1 || !(leastGain >= 0)) {
                throw new IllegalArgumentException(epochs + " epochs, patience " + patience + " and a least gain of "
                        + leastGain + " bits: expected at least 1, 1 and 0");
            }
        }
    }

    /**
     * The progress of training.
     *
     * @param epoch the current epoch, from 1
     * @param tokens trained in this epoch
     * @param epochTokens tokens of an epoch
     * @param perplexity of the text of this epoch so far, with dropout, each token before the step that learned it; NaN
     *     before there is a figure
     * @param tokensPerSecond over all epochs
     */
    public record Progress(int epoch, long tokens, long epochTokens, double perplexity, double tokensPerSecond) {}

    /**
     * A finished epoch.
     *
     * @param number from 1
     * @param learningRate its learning rate
     * @param trainingPerplexity with dropout, each token before the step that learned it
     * @param validationPerplexity after it; NaN without a validation text
     * @param best whether it is the best so far
     * @param seconds since the training began
     */
    public record Epoch(
            int number,
            double learningRate,
            double trainingPerplexity,
            double validationPerplexity,
            boolean best,
            double seconds) {}

    /** Receives the progress of training, on the training thread. */
    public interface Listener {
        /** About once a second. */
        default void progress(Progress progress) {}

        /** After each epoch. */
        default void finished(Epoch epoch) {}
    }

    /**
     * The result of training.
     *
     * @param network the best network
     * @param epochs all finished epochs
     * @param tokens tokens trained in all
     * @param seconds duration
     * @param interrupted whether the thread was interrupted: then the network is the best of the finished epochs, or, if there
     *     is no validation text or no finished epoch, the current one
     */
    public record Outcome(Network network, List<Epoch> epochs, long tokens, double seconds, boolean interrupted) {
        public Outcome {
            epochs = List.copyOf(epochs);
        }

        /** The validation perplexity of {@link #network}; NaN without a validation text. */
        public double validationPerplexity() {
            return epochs.stream()
                    .filter(Epoch::best)
                    .mapToDouble(Epoch::validationPerplexity)
                    .reduce((first, second) -> second)
                    .orElse(Double.NaN);
        }
    }

    private final TrainingSettings settings;
    private final Schedule schedule;

    /** Training by {@code settings}, for as long as {@code schedule} says. */
    public OfflineTraining(TrainingSettings settings, Schedule schedule) {
        this.settings = settings;
        this.schedule = schedule;
    }

    /**
     * Trains until the schedule ends or the thread is interrupted; its interrupted status is clear afterwards.
     *
     * @param start the network to start from; not changed
     * @param text token indexes of the documents to learn
     * @param validation token indexes of the documents that decide when to stop; may be empty
     * @throws IllegalArgumentException if {@code text} has no token
     */
    public Outcome run(Network start, List<int[]> text, List<int[]> validation, Listener listener) {
        long epochTokens = tokens(text);
        if (epochTokens == 0) {
            throw new IllegalArgumentException("there is no text to train on");
        }
        long began = System.nanoTime();
        // Not mixed: published perplexities come from the orders that these seeds give, and of neighbouring seeds only
        // the
        // first swap of the shuffle is alike.
        Random random = new Random(settings.seed());
        double rate = settings.learningRate();
        double bestBits = Double.POSITIVE_INFINITY;
        int failures = 0;
        long taught = 0;
        Network best = start;
        NetworkTrainer trainer = new NetworkTrainer(start, settings);
        List<Epoch> epochs = new ArrayList<>();
        List<int[]> order = new ArrayList<>(text);
        try {
            for (int number = 1; number <= schedule.epochs(); number++) {
                Collections.shuffle(order, random);
                double nats = 0;
                long done = 0;
                for (List<int[]> slice : slices(order)) {
                    int epoch = number;
                    long before = done;
                    long all = taught;
                    double perplexity = done == 0 ? Double.NaN : Math.exp(nats / done);
                    NetworkTrainer.Pass pass = trainer.pass(
                            slice,
                            now -> listener.progress(new Progress(
                                    epoch, before + now, epochTokens, perplexity, (all + now) / secondsSince(began))));
                    nats += pass.nats();
                    done += pass.tokens();
                    taught += pass.tokens();
                    listener.progress(new Progress(
                            number, done, epochTokens, Math.exp(nats / done), taught / secondsSince(began)));
                }
                Network now = trainer.network();
                double bits = validation.isEmpty() ? Double.NaN : bitsPerToken(now, validation);
                boolean better = validation.isEmpty() || bits < bestBits - schedule.leastGain();
                // The first is the best so far, however bad.
                better |= epochs.isEmpty();
                Epoch epoch =
                        new Epoch(number, rate, Math.exp(nats / done), Math.pow(2, bits), better, secondsSince(began));
                epochs.add(epoch);
                listener.finished(epoch);
                if (better) {
                    best = now;
                    bestBits = bits;
                    failures = 0;
                } else {
                    failures++;
                    if (failures >= schedule.patience()) {
                        break;
                    }
                    rate /= 2;
                    trainer = new NetworkTrainer(best, settings.withSeed(settings.seed() + number));
                    trainer.learningRate(rate);
                }
            }
        } catch (InterruptedException e) {
            boolean measured = !validation.isEmpty() && !epochs.isEmpty();
            return new Outcome(measured ? best : trainer.network(), epochs, taught, secondsSince(began), true);
        }
        return new Outcome(best, epochs, taught, secondsSince(began), false);
    }

    /**
     * Mean bits of a token of documents, each read from its start.
     *
     * @param documents token indexes
     * @throws InterruptedException if the thread is interrupted between documents
     */
    public static double bitsPerToken(Network network, List<int[]> documents) throws InterruptedException {
        NetworkReader reader = network.reader();
        double nats = 0;
        long tokens = 0;
        for (int from = 0; from < documents.size(); from += SCORED_TOGETHER) {
            if (Thread.interrupted()) {
                throw new InterruptedException(
                        "scoring was interrupted after " + from + " of " + documents.size() + " documents");
            }
            for (NetworkScore score :
                    reader.score(documents.subList(from, Math.min(documents.size(), from + SCORED_TOGETHER)))) {
                for (float logProbability : score.logProbabilities()) {
                    nats -= logProbability;
                }
                tokens += score.logProbabilities().length;
            }
        }
        return nats / tokens / LN2;
    }

    /** The number of tokens of documents. */
    public static long tokens(List<int[]> documents) {
        return documents.stream().mapToLong(document -> document.length).sum();
    }

    private List<List<int[]>> slices(List<int[]> documents) {
        long least = (long) SLICE_CHUNKS * settings.streams() * settings.steps();
        List<List<int[]>> slices = new ArrayList<>();
        int from = 0;
        long tokens = 0;
        long left = tokens(documents);
        for (int i = 0; i < documents.size(); i++) {
            tokens += documents.get(i).length;
            left -= documents.get(i).length;
            if (tokens >= least && left >= least || i == documents.size() - 1) {
                slices.add(documents.subList(from, i + 1));
                from = i + 1;
                tokens = 0;
            }
        }
        return slices;
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }
}
