package dev.driftline.corpus;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.regex.Pattern;

/** What is wrong with a text that is not JSON, in words for whoever wrote it. */
public final class JsonMistake {

    /** How Jackson names a place: with the source, which it does not show, and the name of the setting that would show it. */
    private static final Pattern PLACE = Pattern.compile("\\[Source: [^;\\]]*; line: (\\d+), column: (\\d+)]");

    private JsonMistake() {}

    /** The message of {@code mistake} without the place where it is, which has to be said beside it. */
    public static String of(JsonProcessingException mistake) {
        return PLACE.matcher(String.valueOf(mistake.getOriginalMessage())).replaceAll("line $1, column $2");
    }
}
