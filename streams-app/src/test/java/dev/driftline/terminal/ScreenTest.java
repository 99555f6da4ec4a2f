package dev.driftline.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScreenTest {

    private final StringWriter written = new StringWriter();

    private Screen screen(boolean live) {
        return new Screen(new PrintWriter(written), live);
    }

    private String text() {
        return written.toString().replace(System.lineSeparator(), "\n").replace("\u001b", "ESC");
    }

    @Test
    void shouldRedrawTheBlockInPlaceWhenOnATerminal() {
        Screen screen = screen(true);
        screen.block(List.of("a", "b"));
        screen.block(List.of("c"));
        assertThat(text()).isEqualTo("a\nb\nESC[2AESC[0Jc\n");
    }

    @Test
    void shouldPrintALineAboveTheBlockWhenThereIsOne() {
        Screen screen = screen(true);
        screen.block(List.of("block"));
        screen.line("line");
        assertThat(text()).isEqualTo("block\nESC[1AESC[0Jline\nblock\n");
    }

    @Test
    void shouldLeaveTheBlockStandingWhenItIsKept() {
        Screen screen = screen(true);
        screen.block(List.of("final"));
        screen.keepBlock();
        screen.line("next");
        assertThat(text()).isEqualTo("final\nnext\n");
    }

    @Test
    void shouldCutLinesThatWouldWrapWhenDrawingABlock() {
        Screen screen = screen(true);
        screen.block(List.of("x".repeat(500)));
        assertThat(text().strip()).hasSizeLessThan(120);
    }

    @Test
    void shouldWriteNoControlSequenceWhenNotOnATerminal() {
        Screen screen = screen(false);
        screen.block(List.of("never"));
        screen.line("line");
        screen.clear();
        assertThat(text()).isEqualTo("line\n");
    }
}
