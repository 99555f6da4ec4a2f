package dev.driftline.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {

    @ParameterizedTest
    @ValueSource(chars = {0, 7, 0x1B, 0x7F, 0x80, 0x9B, 0x9F, 0x2028, 0x202A, 0x202E, 0x2066, 0x2069})
    void shouldWriteOutACharacterThatCouldChangeWhatIsReadAroundIt(char unsafe) {
        String expected = String.format(Locale.ROOT, "a\\u%04Xb", (int) unsafe);

        assertThat(Printable.clean("a" + unsafe + "b")).isEqualTo(expected);
        assertThat(Printable.escape("a" + unsafe + "b")).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Zürich", "שלום\u200F", "a\u200Db", "👩\u200D💻", "日本", " a\u00A0b "})
    void shouldLeaveTheTextOfAnyLanguageAsItIs(String text) {
        assertThat(Printable.clean(text)).isSameAs(text);
        assertThat(Printable.escape(text)).isSameAs(text);
    }

    @Test
    void shouldKeepLinesAndTabsOfATableAndWriteThemOutInAValue() {
        assertThat(Printable.clean("a\tb\r\nc\rd")).isEqualTo("a\tb\r\nc\\u000Dd");
        assertThat(Printable.escape("a\tb\nc")).isEqualTo("a\\u0009b\\u000Ac");
    }

    @Test
    void shouldPrintJsonThatMeansTheSameWhenItIsCleaned() throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<String> words = List.of("a\u009B31m", "\u202Eevil", "back\\\u0085", "plain");
        StringWriter written = new StringWriter();

        CleanOutput.of(new PrintWriter(written)).println(json.writeValueAsString(words));

        assertThat(written.toString()).doesNotContain("\u009B", "\u202E", "\u0085");
        assertThat(json.readValue(written.toString(), String[].class)).containsExactlyElementsOf(words);
    }

    @Test
    void shouldCleanWhatAScreenShowsAndStillMoveTheCursor() {
        StringWriter written = new StringWriter();
        Screen screen = new Screen(CleanOutput.of(new PrintWriter(written)), true);

        screen.block(List.of("a\u001B[2Jb"));
        screen.line("c\u009Bd");

        assertThat(written.toString()).contains("a\\u001B[2Jb", "c\\u009Bd", "\u001B[1A");
    }

    @Test
    void shouldRememberWhyTheOutputCouldNotBeWritten() {
        CleanOutput out = CleanOutput.of(new PrintWriter(new Full()));
        assertThat(out.failure()).isEmpty();

        out.println("lost");

        assertThat(out.failure()).isPresent();
        assertThat(out.failure().filter(CleanOutput::isClosedPipe)).isEmpty();
    }

    @Test
    void shouldIndentTheFurtherLinesOfALogMessageWhenAWordHasALineFeedInIt() {
        assertThat(CleanLogs.clean("12:00 WARN: source 'a\n12:01 ERROR: all is lost\u009B'\n"))
                .isEqualTo("12:00 WARN: source 'a\n  12:01 ERROR: all is lost\\u009B'\n");
    }

    private static final class Full extends Writer {
        @Override
        public void write(char[] text, int from, int length) throws IOException {
            throw new IOException("No space left on device");
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
