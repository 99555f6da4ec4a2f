package dev.driftline.neural.kernels;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Writes {@code VectorTiles.java}, the innermost loops of the matrix product. A loop over the vectors of a tile would not
 * do: C2 keeps vectors in registers only if each is a local variable of its own, so each number of rows needs a body of
 * its own, which differs from the others in nothing but how often a line stands there.
 *
 * <p>To change the loops, change this class and run its {@code main} in the folder {@code model-scorer}:
 * {@code java src/test/java/dev/driftline/neural/kernels/VectorTilesGenerator.java}. {@code VectorTilesTest} fails while
 * the file is not what this class writes.
 */
final class VectorTilesGenerator {

    /** The generated file, relative to the folder of the module. */
    static final Path FILE = Path.of("src/main/java/dev/driftline/neural/kernels/VectorTiles.java");

    private static final int[] ROWS = {12, 8, 6, 4, 2, 1};
    /** Panels that one row goes through together: with two sums alone, each waits for the one before. */
    private static final int PANELS_OF_ONE_ROW = 4;

    private final StringBuilder text = new StringBuilder();

    private VectorTilesGenerator() {}

    /** Writes the file. */
    public static void main(String[] arguments) throws IOException {
        Files.writeString(FILE, source());
    }

    /** What the file has to be. */
    static String source() {
        VectorTilesGenerator generator = new VectorTilesGenerator();
        generator.header();
        for (int rows : ROWS) {
            generator.loop(rows, 1);
        }
        generator.loop(1, PANELS_OF_ONE_ROW);
        generator.text.append("}\n");
        return generator.text.toString();
    }

    private void header() {
        text.append("""
                package dev.driftline.neural.kernels;

                import jdk.incubator.vector.FloatVector;
                import jdk.incubator.vector.VectorSpecies;

                /**
                 * The innermost loops of {@link VectorProduct}: C += A·B for a tile of A, k times its rows, and one or more panels of B,
                 * k rows of two vectors. Written by {@code VectorTilesGenerator}, with the tests: change that, not this.
                 */
                final class VectorTiles {

                    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
                    static final int LANES = SPECIES.length();
                    /** Columns of a panel. */
                    static final int PANEL = 2 * LANES;

                    private VectorTiles() {}
                """);
    }

    private void loop(int rows, int panels) {
        line("");
        signature(rows, panels);
        for (int row = 0; row < rows; row++) {
            for (int vector = 0; vector < 2 * panels; vector++) {
                line("        FloatVector %s = FloatVector.zero(SPECIES);", sum(row, vector));
            }
        }
        for (int panel = 1; panel < panels; panel++) {
            line("        int b%di = bi + %s;", panel, times(panel, "panel"));
        }
        line("        for (int p = 0; p < k; p++) {");
        for (int vector = 0; vector < 2 * panels; vector++) {
            String panel = vector < 2 ? "bi" : "b" + vector / 2 + "i";
            line(
                    "            FloatVector b%d = FloatVector.fromArray(SPECIES, b, %s + p * PANEL%s);",
                    vector, panel, lanes(vector));
        }
        for (int row = 0; row < rows; row++) {
            String place = (rows == 1 ? "ai + p" : "ai + p * " + rows) + (row == 0 ? "" : " + " + row);
            line("            FloatVector a%d = FloatVector.broadcast(SPECIES, a[%s]);", row, place);
            for (int vector = 0; vector < 2 * panels; vector++) {
                line("            %1$s = a%2$d.fma(b%3$d, %1$s);", sum(row, vector), row, vector);
            }
        }
        line("        }");
        for (int row = 0; row < rows; row++) {
            for (int vector = 0; vector < 2 * panels; vector++) {
                String place = "ci" + plus(row, "cRow") + plus(vector / 2, "PANEL") + lanes(vector);
                line(
                        "        FloatVector.fromArray(SPECIES, c, %1$s).add(%2$s).intoArray(c, %1$s);",
                        place, sum(row, vector));
            }
        }
        line("    }");
    }

    private void signature(int rows, int panels) {
        if (panels > 1) {
            line("    /**");
            line("     * %d row × %d vectors, of %d panels.", rows, 2 * panels, panels);
            line("     *");
            line("     * @param panel numbers from one panel to the next");
            line("     */");
            line(
                    "    static void rows%dPanels%d(int k, float[] a, int ai, float[] b, int bi, int panel, float[] c, int ci) {",
                    rows, panels);
        } else {
            line("    /** %d %s × 2 vectors. */", rows, rows == 1 ? "row" : "rows");
            line(
                    "    static void rows%d(int k, float[] a, int ai, float[] b, int bi, float[] c, int ci%s) {",
                    rows, rows == 1 ? "" : ", int cRow");
        }
    }

    private static String sum(int row, int vector) {
        return "s" + row + "x" + vector;
    }

    private static String lanes(int vector) {
        return vector % 2 == 0 ? "" : " + LANES";
    }

    private static String plus(int count, String step) {
        return count == 0 ? "" : " + " + times(count, step);
    }

    private static String times(int count, String step) {
        return count == 1 ? step : count + " * " + step;
    }

    private void line(String format, Object... arguments) {
        text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }
}
