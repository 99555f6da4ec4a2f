package dev.driftline.smoothing;

/**
 * The three discounts of modified Kneser–Ney smoothing for one order (Chen and Goodman 1998, section 3.3).
 *
 * <p>With t<sub>j</sub> the number of n-grams that occur j times and Y = t1 / (t1 + 2 t2):
 * D<sub>j</sub> = j − (j + 1) · Y · t<sub>j+1</sub> / t<sub>j</sub>. Where any of t1 … t4 is 0, or any D<sub>j</sub> falls
 * outside [0, j], the counts are too few to estimate from and D = 0.5, 1, 1.5.
 *
 * @param one taken from a count of 1
 * @param two taken from a count of 2
 * @param three taken from a count of 3 and more
 * @param absolute the single discount of absolute discounting, t1 / (t1 + 2 t2); 0.5 where t1 or t2 is 0
 */
public record Discounts(double one, double two, double three, double absolute) {

    private static final double[] TOO_FEW = {0.5, 1.0, 1.5};

    /** Estimates the discounts from the counts of counts t1 … t4. */
    public static Discounts of(long t1, long t2, long t3, long t4) {
        double absolute = t1 == 0 || t2 == 0 ? 0.5 : (double) t1 / (t1 + 2.0 * t2);
        if (t1 != 0 && t2 != 0 && t3 != 0 && t4 != 0) {
            double y = t1 / (t1 + 2.0 * t2);
            double one = 1 - 2 * y * t2 / t1;
            double two = 2 - 3 * y * t3 / t2;
            double three = 3 - 4 * y * t4 / t3;
            if (one >= 0 && one <= 1 && two >= 0 && two <= 2 && three >= 0 && three <= 3) {
                return new Discounts(one, two, three, absolute);
            }
        }
        return new Discounts(TOO_FEW[0], TOO_FEW[1], TOO_FEW[2], absolute);
    }

    /** The discount of a count; 0 for 0. */
    public double of(long count) {
        return count <= 0 ? 0 : count == 1 ? one : count == 2 ? two : three;
    }

    /** The mass that the discounts take from a context with that many followers of count 1, 2 and 3 or more. */
    public double mass(long ones, long twos, long threes) {
        return one * ones + two * twos + three * threes;
    }
}
