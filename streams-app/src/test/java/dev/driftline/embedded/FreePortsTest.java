package dev.driftline.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FreePortsTest {

    /** Below those that Linux gives to the near end of outgoing connections. */
    @Test
    void shouldGivePortsThatAServerCanTakeAndNoConnectionIsGiven() throws Exception {
        int[] ports = FreePorts.several(20);

        assertThat(Arrays.stream(ports).distinct()).hasSize(20).allMatch(port -> port >= 1024 && port < 32_768);
        for (int port : ports) {
            try (ServerSocket server = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                assertThat(server.getLocalPort()).isEqualTo(port);
            }
        }
    }
}
