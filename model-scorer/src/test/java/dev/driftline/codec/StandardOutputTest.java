package dev.driftline.codec;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;

class StandardOutputTest {

    private static StandardOutput failing(String reason) {
        return new StandardOutput(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(reason);
            }
        });
    }

    @Test
    void shouldTellAReaderWhoHasGoneFromADiskThatIsFull() {
        assertThatThrownBy(() -> failing("Broken pipe").write('a')).isInstanceOf(ClosedPipeException.class);
        assertThatThrownBy(() -> failing("No space left on device").write(new byte[9]))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(ClosedPipeException.class);
    }
}
