package dev.driftline.cli.snapshots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.neural.snapshot.SeenText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class PlaceConverterTest {

    private final PlaceConverter converter = new PlaceConverter();

    @Test
    void shouldReadAPlaceOfEitherInput() {
        assertThat(converter.convert("3:12345")).isEqualTo(new SeenText.Place("documents", 3, 12345));
        assertThat(converter.convert("documents:0:0")).isEqualTo(new SeenText.Place("documents", 0, 0));
        assertThat(converter.convert("text:7:99999999999")).isEqualTo(new SeenText.Place("text", 7, 99_999_999_999L));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "3", "3:", ":3", "-1:3", "scores:1:3", "1:2:3", "3:99999999999999999999"})
    void shouldSayWhatIsExpectedWhenItIsNotAPlace(String value) {
        assertThatThrownBy(() -> converter.convert(value))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("expected PARTITION:OFFSET");
    }
}
