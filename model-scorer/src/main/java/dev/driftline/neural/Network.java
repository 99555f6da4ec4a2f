package dev.driftline.neural;

/**
 * One version of a network: its shape, its vocabulary and its numbers. Immutable, so any number of threads may read it,
 * each through a {@link NetworkReader} of its own.
 */
public final class Network {

    private final Architecture architecture;
    private final NeuralVocabulary vocabulary;
    private final Parameters parameters;

    /**
     * @param parameters of the shapes that the other two ask for; the caller keeps no way to change them
     * @throws IllegalArgumentException naming the first tensor that is missing, too many or of another shape
     */
    public Network(Architecture architecture, NeuralVocabulary vocabulary, Parameters parameters) {
        this.architecture = architecture;
        this.vocabulary = vocabulary;
        this.parameters = parameters;
    }

    /** A network that has learned nothing: the same for the same seed. */
    public static Network random(Architecture architecture, NeuralVocabulary vocabulary, long seed) {
        throw new UnsupportedOperationException();
    }

    public Architecture architecture() {
        return architecture;
    }

    public NeuralVocabulary vocabulary() {
        return vocabulary;
    }

    /** The numbers; not to be written to. */
    public Parameters parameters() {
        return parameters;
    }

    /** The name of the model in scores and reports: {@code lstm}. */
    public String model() {
        return architecture.cell().label();
    }

    /** A reader for one thread. */
    public NetworkReader reader() {
        return new NetworkReader(this);
    }
}
