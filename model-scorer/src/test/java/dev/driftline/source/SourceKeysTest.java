package dev.driftline.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The keys in the state stores of a running service: they must not change. */
class SourceKeysTest {

    @Test
    void shouldKeepTheKeysOfStoredSources() {
        assertThat(hex(SourceKeys.prefix("né"))).isEqualTo("036ec3a9");
        assertThat(hex(SourceKeys.header("né"))).isEqualTo("036ec3a90000");
        assertThat(hex(SourceKeys.segment("né", 0))).isEqualTo("036ec3a90001");
        assertThat(hex(SourceKeys.segment("né", 258))).isEqualTo("036ec3a90103");
        assertThat(hex(SourceKeys.reference("né"))).isEqualTo("036ec3a9ffff");
        assertThat(hex(SourceKeys.seen("né"))).isEqualTo("fefefefefefe6ec3a9");
        assertThat(hex(SourceKeys.COMMON)).isEqualTo("ffffffffffff");
    }

    @Test
    void shouldTellTheSourceOfAKey() {
        assertThat(SourceKeys.source(SourceKeys.reference("né"))).isEqualTo("né");
    }

    private static String hex(byte[] key) {
        return HexFormat.of().formatHex(key);
    }
}
