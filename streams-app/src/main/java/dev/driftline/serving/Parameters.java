package dev.driftline.serving;

import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Query parameters of a request, checked. What is wrong with one becomes a 400 that names it. */
final class Parameters {

    private Parameters() {}

    /** Words, separated by white space; none where the parameter is missing. */
    static List<String> words(Context context, String parameter) {
        String text = context.queryParam(parameter);
        return text == null || text.isBlank()
                ? List.of()
                : Arrays.asList(text.strip().split("\\s+"));
    }

    /** A whole number from {@code least} to {@code most}. */
    static int whole(Context context, String parameter, int otherwise, int least, int most) {
        String text = context.queryParam(parameter);
        if (text == null) {
            return otherwise;
        }
        try {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below, like a number out of range.
        }
        throw new BadRequestResponse(parameter + "=" + text + " is not a whole number from " + least + " to " + most);
    }

    /** A number. */
    static double real(Context context, String parameter, double otherwise) {
        String text = context.queryParam(parameter);
        try {
            return text == null ? otherwise : Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new BadRequestResponse(parameter + "=" + text + " is not a number");
        }
    }

    /** A JSON object in that order: names and values in turn. */
    static Map<String, Object> fields(Object... namesAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return fields;
    }
}
