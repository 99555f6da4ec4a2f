package dev.driftline.serving.http.request;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driftline.config.EditDistance;
import dev.driftline.serving.http.HeadRequests;
import dev.driftline.serving.http.ProblemException;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a request asks for, checked: the members of the JSON object in the body of a POST, the query parameters of a GET.
 *
 * <p>What is not of the shape that the route takes (an unknown field, one of another type, one too many) is a 400; what is, and
 * cannot be honoured (a number past its range, a field without effect), is a 422. Both name the field.
 */
public final class RequestArguments {

    /** A text as a request gives it. A field that is a text means this on every route. */
    public sealed interface RequestText {

        /** A string: raw text, which a tokenizer cuts into tokens. */
        record Raw(String text) implements RequestText {}

        /** An array of strings: tokens, {@code </s>} among them where a sentence ends. */
        record Tokens(List<String> tokens) implements RequestText {}

        /** An array of arrays of strings: sentences of tokens. */
        record Sentences(List<List<String>> sentences) implements RequestText {}
    }

    private static final Pattern WHOLE = Pattern.compile("-?[0-9]+");
    private static final Pattern REAL = Pattern.compile("-?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?");

    private final JsonNode members;
    /** Whether the values are text that stands for numbers and flags. */
    private final boolean isQuery;

    private RequestArguments(JsonNode members, boolean isQuery) {
        this.members = members;
        this.isQuery = isQuery;
    }

    /**
     * Reads them.
     *
     * @param known the names that there are; another one is an error, since it would not do what was meant
     */
    public static RequestArguments of(Context context, String... known) {
        boolean isPost = context.method() == HandlerType.POST;
        JsonNode query = RequestFields.ofQuery(context);
        if (isPost && !query.isEmpty()) {
            throw new BadRequestResponse("a POST to " + context.path() + " has no query parameter "
                    + query.fieldNames().next() + ": what it takes is in its body");
        }
        if (!isPost && context.bodyAsBytes().length > 0) {
            throw new BadRequestResponse("a " + HeadRequests.method(context) + " of " + context.path()
                    + " has no body: give query parameters");
        }
        JsonNode members = isPost ? RequestFields.ofBody(context) : query;
        members.fieldNames().forEachRemaining(name -> check(name, context, known));
        return new RequestArguments(members, !isPost);
    }

    /** Refuses query parameters where a route takes none. Its body, if it has one, is not looked at. */
    public static void none(Context context) {
        RequestFields.ofQuery(context).fieldNames().forEachRemaining(name -> check(name, context));
    }

    private static void check(String name, Context context, String... known) {
        List<String> names = Arrays.asList(known);
        if (names.contains(name)) {
            return;
        }
        String what = HeadRequests.method(context) + " " + context.path();
        if (names.isEmpty()) {
            throw new BadRequestResponse("there is no " + name + " here: " + what + " takes nothing");
        }
        String nearest = names.stream()
                .min(Comparator.comparingInt(one -> EditDistance.between(name, one)))
                .orElseThrow();
        throw new BadRequestResponse("there is no " + name + " here: did you mean " + nearest + "? " + what + " takes "
                + String.join(", ", names));
    }

    /** Whether there is one of that name. */
    public boolean has(String name) {
        return members.has(name);
    }

    /**
     * Refuses a field where it is given and would have no effect.
     *
     * @param why in which case it has none, and what to do: continues the name
     * @throws ProblemException with status 422
     */
    public void refuse(String name, String why) {
        if (has(name)) {
            throw ProblemException.cannotHonour(name + " " + why);
        }
    }

    /** Refuses two fields that exclude each other. */
    public void refuseBoth(String one, String other) {
        if (has(one) && has(other)) {
            throw ProblemException.cannotHonour(
                    "there are both " + one + " and " + other + ", which exclude each other: give one of them");
        }
    }

    /** Text; empty where there is none. */
    public Optional<String> text(String name) {
        return has(name) ? Optional.of(text(name, members.get(name))) : Optional.empty();
    }

    private static String text(String name, JsonNode value) {
        if (!value.isTextual()) {
            throw wrongType(name, value, "a string");
        }
        String text = value.textValue();
        for (int i = 0; i < text.length(); i++) {
            if (!Character.isSurrogate(text.charAt(i))) {
                continue;
            }
            if (!Character.isSurrogatePair(text.charAt(i), i + 1 < text.length() ? text.charAt(i + 1) : ' ')) {
                throw ProblemException.cannotHonour(
                        name + " contains an unpaired surrogate, which cannot be encoded as UTF-8");
            }
            i++;
        }
        return text;
    }

    /** One of several names. */
    public String oneOf(String name, String otherwise, List<String> known) {
        String value = text(name).orElse(otherwise);
        if (!known.contains(value)) {
            throw ProblemException.cannotHonour(
                    name + "=" + value + " is not known: give one of " + String.join(", ", known));
        }
        return value;
    }

    /** A text, raw or in tokens; empty where there is none. */
    public Optional<RequestText> given(String name) {
        return has(name) ? Optional.of(given(name, members.get(name))) : Optional.empty();
    }

    /** The texts in those of the fields that are given. */
    public List<RequestText> givenIn(String... names) {
        return Arrays.stream(names).flatMap(name -> given(name).stream()).toList();
    }

    /** A list of texts, each raw or in tokens; none where it is missing. */
    public List<RequestText> givenEach(String name) {
        List<RequestText> texts = new ArrayList<>();
        if (has(name)) {
            if (!members.get(name).isArray()) {
                throw wrongType(name, members.get(name), "a list of texts");
            }
            members.get(name).forEach(text -> texts.add(given(name + "[" + texts.size() + "]", text)));
        }
        return texts;
    }

    private static RequestText given(String name, JsonNode value) {
        if (value.isTextual()) {
            return new RequestText.Raw(text(name, value));
        }
        if (!value.isArray()) {
            throw wrongType(name, value, "a string, which is raw text, or a list of tokens");
        }
        if (value.isEmpty() || !value.get(0).isArray()) {
            return new RequestText.Tokens(strings(name, value));
        }
        List<List<String>> sentences = new ArrayList<>();
        value.forEach(sentence -> sentences.add(strings(name + "[" + sentences.size() + "]", sentence)));
        return new RequestText.Sentences(sentences);
    }

    /** A list of texts; none where it is missing. */
    public List<String> texts(String name) {
        return has(name) ? strings(name, members.get(name)) : List.of();
    }

    private static List<String> strings(String name, JsonNode value) {
        if (!value.isArray()) {
            throw wrongType(name, value, "a list of strings");
        }
        List<String> strings = new ArrayList<>(value.size());
        for (JsonNode item : value) {
            strings.add(text(name + "[" + strings.size() + "]", item));
        }
        return strings;
    }

    /** True or false. */
    public boolean flag(String name, boolean otherwise) {
        if (!has(name)) {
            return otherwise;
        }
        JsonNode value = members.get(name);
        if (!value.isBoolean()
                && !(isQuery && (value.asText().equals("true") || value.asText().equals("false")))) {
            throw wrongType(name, value, "true or false");
        }
        return value.asText().equals("true");
    }

    /** A whole number from {@code least} to {@code most}. */
    public int whole(String name, int otherwise, int least, int most) {
        return Math.toIntExact(whole(name, (long) otherwise, least, most));
    }

    /** A whole number from {@code least} to {@code most}. */
    public long whole(String name, long otherwise, long least, long most) {
        if (!has(name)) {
            return otherwise;
        }
        JsonNode value = members.get(name);
        boolean isWhole = isQuery
                ? WHOLE.matcher(value.asText()).matches()
                : value.isIntegralNumber() || value.isNumber() && value.doubleValue() == Math.rint(value.doubleValue());
        if (!isWhole) {
            throw wrongType(name, value, "a whole number from " + least + " to " + most);
        }
        try {
            long number = isQuery
                    ? Long.parseLong(value.asText())
                    : value.decimalValue().longValueExact();
            if (number >= least && number <= most) {
                return number;
            }
        } catch (ArithmeticException | NumberFormatException e) {
            // Past every range: said below.
        }
        throw ProblemException.cannotHonour(
                name + "=" + value.asText() + " is not a whole number from " + least + " to " + most);
    }

    /** A number from {@code least} to {@code most}. */
    public double real(String name, double otherwise, double least, double most) {
        if (!has(name)) {
            return otherwise;
        }
        JsonNode value = members.get(name);
        if (!(isQuery ? REAL.matcher(value.asText()).matches() : value.isNumber())) {
            throw wrongType(name, value, "a number");
        }
        double number = isQuery ? Double.parseDouble(value.asText()) : value.doubleValue();
        if (!(number >= least && number <= most)) {
            throw ProblemException.cannotHonour(
                    name + "=" + value.asText() + " is not between " + plain(least) + " and " + plain(most));
        }
        return number;
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private static BadRequestResponse wrongType(String name, JsonNode value, String expected) {
        String given = value.isTextual()
                ? "=" + value.asText() + " is not "
                : " is " + RequestFields.described(value) + ", not ";
        return new BadRequestResponse(name + given + expected);
    }
}
