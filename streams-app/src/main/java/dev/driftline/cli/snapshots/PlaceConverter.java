package dev.driftline.cli.snapshots;

import dev.driftline.network.trainer.TrainingRecord;
import dev.driftline.neural.snapshot.SeenText;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Where a document is in the input, as an option says it: {@code 3:12345}, {@code text:0:17}. */
final class PlaceConverter implements ITypeConverter<SeenText.Place> {

    private static final Pattern PLACE = Pattern.compile("(?:(documents|text):)?(\\d{1,9}):(\\d{1,18})");

    @Override
    public SeenText.Place convert(String value) {
        Matcher place = PLACE.matcher(value);
        if (!place.matches()) {
            throw new TypeConversionException("'" + value
                    + "' is not a place of the input: expected PARTITION:OFFSET, documents:PARTITION:OFFSET or"
                    + " text:PARTITION:OFFSET");
        }
        String topic = place.group(1);
        return new SeenText.Place(
                topic == null ? TrainingRecord.DOCUMENTS : topic,
                Integer.parseInt(place.group(2)),
                Long.parseLong(place.group(3)));
    }
}
