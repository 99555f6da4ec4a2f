package dev.driftline.neural.kernels;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Picks the kernels of this JVM once: the fastest that work here.
 *
 * <p>{@link VectorKernels} need the module {@code jdk.incubator.vector}, which must be added when the JVM starts, and the
 * C2 compiler; and even then it has been seen (about once in sixty starts on JDK 17 under load) that a process ran them a
 * hundred times slower than it should. So both implementations are warmed up and timed on a small product. Where the
 * vectors are not clearly faster the network works on plain Java, and one warning says so and what to do.
 *
 * <p>The system property {@code driftline.kernels} decides instead: {@code auto} (the default), {@code vector} or
 * {@code plain}.
 */
public final class KernelSelection {

    /** Name of the system property that decides instead. */
    public static final String PROPERTY = "driftline.kernels";

    private static final String MODULE = "jdk.incubator.vector";
    /** Speed over plain Java from which vectors are worth it. */
    private static final double CLEARLY_FASTER = 1.5;
    /**
     * Nanoseconds after which vectors that are still not faster never will be. The usual is half a second; but where other
     * processes take the cores, 6 seconds were not enough for C2, and the network ran on plain Java ever after.
     */
    private static final long PATIENCE = 30_000_000_000L;
    /** Nanoseconds for which each is run at least, so that C2 has had its turn. */
    private static final long WARM_UP = 250_000_000L;

    private KernelSelection() {}

    /** Chosen when first asked for; the class initializer lets other threads wait. */
    private static final class Chosen {
        static final Selection SELECTION = chooseAndSay();

        private static Selection chooseAndSay() {
            Logger logger = System.getLogger(KernelSelection.class.getPackageName());
            boolean module = ModuleLayer.boot().findModule(MODULE).isPresent();
            Selection selection = choose(System.getProperty(PROPERTY, "auto"), module, KernelSelection::vectorKernels);
            if (selection.warning() != null) {
                logger.log(Level.WARNING, selection.warning());
            }
            logger.log(Level.DEBUG, selection.description());
            return selection;
        }
    }

    /**
     * What was chosen.
     *
     * @param description the kernels and their speed
     * @param warning what to do for more speed, or null
     */
    record Selection(Kernels kernels, String description, String warning) {}

    /**
     * The kernels to use. Thread-safe; the first call takes about a second.
     *
     * @throws IllegalStateException if {@code driftline.kernels} is {@code vector} and the module is missing
     * @throws IllegalArgumentException if {@code driftline.kernels} is none of its values
     */
    public static Kernels kernels() {
        return selection().kernels();
    }

    /** The kernels in use and, where they were timed, their speed in GFLOP/s: {@code vector (512 bits), 98 GFLOP/s …}. */
    public static String describe() {
        return selection().description();
    }

    /** By name: the class can be compiled only with the module, and loaded only where that is there. */
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
                yield new Selection(plain, plain.name() + ", as " + PROPERTY + " says", null);
            }
            case "vector" -> {
                if (!module) {
                    throw new IllegalStateException(PROPERTY + "=vector needs the module " + MODULE
                            + ": start the JVM with --add-modules " + MODULE + ".");
                }
                Kernels kernels = vector.get();
                yield new Selection(kernels, kernels.name() + ", as " + PROPERTY + " says", null);
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
                String.format(
                        Locale.ROOT,
                        "The neural network runs on plain Java (%.0f GFLOP/s), several times slower than it could:"
                                + " start the JVM with --add-modules %s.",
                        plain.best,
                        MODULE));
    }

    private static Selection fastest(Kernels kernels) {
        Trial plain = new Trial(new PlainKernels());
        Trial vector = new Trial(kernels);
        long patience = optimizes() ? PATIENCE : WARM_UP;
        while (plain.nanos < WARM_UP
                || vector.nanos < WARM_UP
                || (vector.best < CLEARLY_FASTER * plain.best && vector.nanos < patience)) {
            vector.run();
            if (plain.nanos < WARM_UP) {
                plain.run();
            }
        }
        if (vector.best >= CLEARLY_FASTER * plain.best) {
            return new Selection(kernels, vector + " (" + plain + ")", null);
        }
        return new Selection(
                plain.kernels,
                plain + " (" + vector + ")",
                String.format(
                        Locale.ROOT,
                        "The neural network runs on plain Java (%.0f GFLOP/s): in this JVM, %s gets only %.1f GFLOP/s."
                                + " It needs the C2 compiler (no -Xint, no -XX:TieredStopAtLevel); with that, starting"
                                + " the JVM again usually helps. -D%s=vector insists on it.",
                        plain.best,
                        kernels.name(),
                        vector.best,
                        PROPERTY));
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
        /** Most GFLOP/s so far; the best, since other processes may be busy meanwhile. */
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
