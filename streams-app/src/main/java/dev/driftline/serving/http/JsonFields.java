package dev.driftline.serving.http;

import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Query parameters of a request, checked. What is wrong with one becomes a 400 that names it. */
public final class JsonFields {

    private JsonFields() {}

    /** A whole number from {@code least} to {@code most}. */
    public static int whole(Context context, String parameter, int otherwise, int least, int most) {
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

    /** A JSON object in that order: names and values in turn. */
    public static Map<String, Object> fields(@Nullable Object... namesAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
        }
        return fields;
    }
}
