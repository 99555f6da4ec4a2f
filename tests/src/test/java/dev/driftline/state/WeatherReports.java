package dev.driftline.state;

import dev.driftline.schemas.Document;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** Weather reports in English, of which one source changes to German, with words of more than one script. */
final class WeatherReports {

    private static final List<String> SOURCES = List.of("harbour", "valley", "Zürich ☂");
    private static final List<String> PLACES =
            List.of("the coast", "the valley", "the old town", "Zürich", "東京", "the northern hills", "the harbour");
    private static final List<String> SKIES =
            List.of("rain", "light snow", "thick fog", "sunshine", "a cold wind", "thunder", "a clear sky", "drizzle");
    private static final List<String> TIMES =
            List.of("in the morning", "before noon", "at dusk", "through the night", "for most of the day");
    private static final List<String> ORTE = List.of("an der Küste", "im Tal", "in der Altstadt", "auf den Höhen");
    private static final List<String> WETTER =
            List.of("Regen", "leichter Schnee", "dichter Nebel", "ein kalter Wind", "Gewitter", "Nieselregen");

    private final Random random = new Random(7);
    private int made;

    /** Reports of three sources in English, and then more, of which those of the first source are in German. */
    List<Document> next(int english, int german) {
        List<Document> documents = new ArrayList<>();
        for (int i = 0; i < english + german; i++) {
            documents.add(document(i >= english));
        }
        return documents;
    }

    private Document document(boolean late) {
        int number = made++;
        String source = SOURCES.get(number % SOURCES.size());
        boolean german = late && number % SOURCES.size() == 0;
        List<List<String>> sentences = new ArrayList<>();
        for (int s = random.nextInt(3); s >= 0; s--) {
            sentences.add(List.of((german ? german() : english(number)).split(" ")));
        }
        return Document.newBuilder()
                .setId(String.format(Locale.ROOT, "report-%04d", number))
                .setSource(source)
                .setPublishedAt(Instant.parse("2026-01-01T00:00:00Z").plusSeconds(60L * number))
                .setSentences(sentences)
                .setLearn(number % 10 != 9)
                .setAttributes(number % 4 == 0 ? Map.of("station", "s" + number % 8) : Map.of())
                .build();
    }

    private String english(int number) {
        return switch (random.nextInt(4)) {
            case 0 -> "There will be " + any(SKIES) + " over " + any(PLACES) + " " + any(TIMES) + " .";
            case 1 -> "Over " + any(PLACES) + " we expect " + any(SKIES) + " and " + any(SKIES) + " .";
            case 2 -> "Station r" + number + " measured " + random.nextInt(30) + " degrees " + any(TIMES) + " .";
            default -> "No " + any(SKIES) + " was seen over " + any(PLACES) + " .";
        };
    }

    private String german() {
        return "Es gibt " + any(WETTER) + " " + any(ORTE) + " und " + any(WETTER) + " " + any(ORTE) + " .";
    }

    private String any(List<String> some) {
        return some.get(random.nextInt(some.size()));
    }
}
