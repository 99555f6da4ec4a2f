package dev.driftline.neural.kernels;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Picks the kernels of this JVM once: the fastest that work here.
 *
 * <p>{@link VectorKernels} need the module {@code jdk.incubator.vector}, which must be added when the JVM starts, and the
 * C2 compiler; even then, about once in sixty starts on JDK 17 under load, a process ran them a
 * hundred times slower than it should. So both implementations are warmed up and timed on a small product. If vectors
 * are not clearly faster, the network runs on plain Java, and one warning says so and what to do.
 *
 * <p>The system property {@code driftline.kernels} overrides this: {@code auto} (the default), {@code vector} or
 * {@code plain}.
 */
public final class KernelSelection {

    /** Name of the system property that overrides the selection. */
    public static final String PROPERTY = "driftline.kernels";

    private static final String MODULE = "jdk.incubator.vector";
    /** Least speed relative to plain Java at which vectors are used. */
    private static final double CLEARLY_FASTER = 1.5;
    /**
     * Timeout in nanoseconds for vectors to become faster. Half a second is usual; but while other processes took the
     * cores, 6 seconds were not enough for C2, and the network stayed on plain Java.
     */
    private static final long TIMEOUT = 30_000_000_000L;
    /** Least nanoseconds for which each is run, so that C2 has compiled it. */
    private static final long WARM_UP = 250_000_000L;

    private KernelSelection() {}

    /** Chosen at the first call; the class initializer makes other threads wait. */
    private static final class Chosen {
        static final Selection SELECTION = chooseAndLog();

        private static Selection chooseAndLog() {
            Logger logger = System.getLogger(KernelSelection.class.getPackageName());
            boolean module = ModuleLayer.boot().findModule(MODULE).isPresent();
            Selection selection = choose(System.getProperty(PROPERTY, "auto"), module, KernelSelection::vectorKernels);
            selection.warning().ifPresent(warning -> logger.log(Level.WARNING, warning));
            logger.log(Level.DEBUG, selection.description());
            return selection;
        }
    }

    /**
     * The kernels chosen.
     *
     * @param description the kernels and their speed
     * @param warning what to do for more speed; empty if there is nothing to do
     */
    record Selection(Kernels kernels, String description, Optional<String> warning) {}

    /**
     * The kernels to use. Thread-safe; the first call takes about a second.
     *
     * @throws IllegalStateException if {@code driftline.kernels} is {@code vector} and the module is missing
     * @throws IllegalArgumentException if {@code driftline.kernels} has another value
     */
    public static Kernels kernels() {
        return selection().kernels();
    }

    /** The kernels in use and, if they were timed, their speed in GFLOP/s: {@code vector (512 bits), 98 GFLOP/s …}. */
    public static String describe() {
        return selection().description();
    }

    /** By name: the class can be compiled only with the module, and loaded only if the module is there. */
    private static Kernels vectorKernels() {
        try {
            return (Kernels) Class.forName(KernelSelection.class.getPackageName() + ".VectorKernels")
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this build has no vector kernels", e);
        }
    }

    private static Selection selection() {
        try {
            return Chosen.SELECTION;
        } catch (ExceptionInInitializerError e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    static Selection choose(String wanted, boolean module, Supplier<Kernels> vector) {
        String choice = wanted.strip().toLowerCase(Locale.ROOT);
        return switch (choice) {
            case "plain" -> {
                Kernels plain = new PlainKernels();
                yield new Selection(plain, plain.name() + ", as " + PROPERTY + " says", Optional.empty());
            }
            case "vector" -> {
                if (!module) {
                    throw new IllegalStateException(PROPERTY + "=vector needs the module " + MODULE
                            + ": start the JVM with --add-modules " + MODULE + ".");
                }
                Kernels kernels = vector.get();
                yield new Selection(kernels, kernels.name() + ", as " + PROPERTY + " says", Optional.empty());
            }
            case "auto" -> module ? fastest(vector.get()) : withoutModule();
            default ->
                throw new IllegalArgumentException(
                        PROPERTY + " must be auto, vector or plain, not \"" + wanted + "\".");
        };
    }

    private static Selection withoutModule() {
        Trial plain = new Trial(new PlainKernels());
        while (plain.nanos < WARM_UP) {
            plain.run();
        }
        return new Selection(
                plain.kernels,
                plain.toString(),
                Optional.of(String.format(
                        Locale.ROOT,
                        "The neural network runs on plain Java (%.0f GFLOP/s), several times slower than it could:"
                                + " start the JVM with --add-modules %s.",
                        plain.best,
                        MODULE)));
    }

    private static Selection fastest(Kernels kernels) {
        Trial plain = new Trial(new PlainKernels());
        Trial vector = new Trial(kernels);
        boolean optimizes = optimizes();
        // Without C2 vectors stay as slow as they are at once, and a quarter of a second of them takes ten.
        long warmUp = optimizes ? WARM_UP : 1;
        long timeout = optimizes ? TIMEOUT : warmUp;
        while (plain.nanos < WARM_UP
                || vector.nanos < warmUp
                || (vector.best < CLEARLY_FASTER * plain.best && vector.nanos < timeout)) {
            if (optimizes || vector.nanos < warmUp) {
                vector.run();
            }
            if (plain.nanos < WARM_UP) {
                plain.run();
            }
        }
        if (vector.best >= CLEARLY_FASTER * plain.best) {
            return new Selection(kernels, vector + " (" + plain + ")", Optional.empty());
        }
        return new Selection(
                plain.kernels,
                plain + " (" + vector + ")",
                Optional.of(String.format(
                        Locale.ROOT,
                        "The neural network runs on plain Java (%.0f GFLOP/s): in this JVM, %s gets only %.1f GFLOP/s."
                                + " It needs the C2 compiler (no -Xint, no -XX:TieredStopAtLevel); with that, starting"
                                + " the JVM again usually helps. -D%s=vector insists on it.",
                        plain.best,
                        kernels.name(),
                        vector.best,
                        PROPERTY)));
    }

    /** Whether this JVM has its optimizing compiler; vectors are objects without it. */
    private static boolean optimizes() {
        String mode = System.getProperty("java.vm.info", "mixed mode");
        return !mode.contains("interpreted") && !mode.contains("emulated-client");
    }

    /** One implementation being warmed up and timed on products that go through all its tiles. */
    private static final class Trial {
        private static final int M = 27;
        private static final int N = 128;
        private static final int K = 64;

        final Kernels kernels;
        private final Kernels.Packed packed;
        private final float[] a = new float[M * K];
        private final float[] b = new float[K * N];
        private final float[] c = new float[M * N];
        private final Matrix left = new Matrix();
        private final Matrix right = new Matrix();
        private final Matrix product = new Matrix();
        /** Nanoseconds so far. */
        long nanos;
        /** Most GFLOP/s so far. The best and not the mean, since other processes may take the cores meanwhile. */
        double best;

        Trial(Kernels kernels) {
            this.kernels = kernels;
            for (int i = 0; i < a.length; i++) {
                a[i] = 1f + i % 7;
            }
            for (int i = 0; i < b.length; i++) {
                b[i] = 1f + i % 5;
            }
            packed = kernels.pack(right.view(b, K, N), null);
        }

        void run() {
            kernels.gemm(left.view(a, 1, K), packed, 0, 0f, product.view(c, 1, N));
            kernels.gemm(left.view(a, K, M).transpose(), right.view(b, N, K).transpose(), 1f, product.view(c, M, N));
            long start = System.nanoTime();
            kernels.gemm(left.view(a, M, K), packed, 0, 0f, product.view(c, M, N));
            long time = Math.max(1, System.nanoTime() - start);
            nanos += time;
            best = Math.max(best, 2.0 * M * N * K / time);
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s, %.0f GFLOP/s", kernels.name(), best);
        }
    }
}
