package dev.driftline.torture.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.torture.proxy.Interception.Side;
import dev.driftline.torture.proxy.Interception.Verdict;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class KafkaProxyTest {

    private static final int END_TXN = 26;
    private static final int METADATA = 3;
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final int NOT_YET_MS = 150;

    /** A broker that notes the kinds of requests and answers each with its correlation id and a body of some size. */
    private final class Echo implements AutoCloseable {
        final ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        final BlockingQueue<Integer> received = new LinkedBlockingQueue<>();

        private final Thread accepting;

        Echo() throws IOException {
            accepting = new Thread(() -> {
                while (!listener.isClosed()) {
                    try {
                        Socket socket = listener.accept();
                        Thread thread = new Thread(() -> answer(socket));
                        thread.setDaemon(true);
                        thread.start();
                    } catch (IOException closed) {
                        return;
                    }
                }
            });
            accepting.setDaemon(true);
            accepting.start();
        }

        private void answer(Socket socket) {
            try (socket) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                while (true) {
                    byte[] frame = new byte[in.readInt()];
                    in.readFully(frame);
                    ByteBuffer head = ByteBuffer.wrap(frame);
                    received.add((int) head.getShort());
                    head.getShort();
                    out.writeInt(4 + bodyBytes);
                    out.writeInt(head.getInt());
                    out.write(new byte[bodyBytes]);
                }
            } catch (IOException ended) {
                // The client is gone.
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
            try {
                // Else it may still take a connection that comes after this.
                accepting.join(SOON.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private final class Client implements AutoCloseable {
        final Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        final DataInputStream in = new DataInputStream(socket.getInputStream());
        final String name;

        Client(String name) throws IOException {
            this.name = name;
            socket.setSoTimeout((int) SOON.toMillis());
        }

        void send(int api, int correlation) throws IOException {
            byte[] id = name.getBytes(StandardCharsets.UTF_8);
            ByteBuffer frame = ByteBuffer.allocate(4 + 10 + id.length + bodyBytes);
            frame.putInt(10 + id.length + bodyBytes)
                    .putShort((short) api)
                    .putShort((short) 4)
                    .putInt(correlation)
                    .putShort((short) id.length)
                    .put(id);
            socket.getOutputStream().write(frame.array());
        }

        int receive() throws IOException {
            byte[] frame = new byte[in.readInt()];
            in.readFully(frame);
            assertThat(frame).hasSize(4 + bodyBytes);
            return ByteBuffer.wrap(frame).getInt();
        }

        /** Whether nothing comes for a while. */
        boolean isSilent() throws IOException {
            socket.setSoTimeout(NOT_YET_MS);
            try {
                in.readByte();
                return false;
            } catch (java.net.SocketTimeoutException silent) {
                return true;
            } finally {
                socket.setSoTimeout((int) SOON.toMillis());
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private final Wire wire = new Wire();
    private int bodyBytes = 20;
    private Echo broker;
    private KafkaProxy proxy;

    @BeforeEach
    void start() throws IOException {
        broker = new Echo();
        proxy = KafkaProxy.listen(2, wire);
        proxy.forwardTo(broker.listener.getLocalPort());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        broker.close();
    }

    @Test
    void shouldPassFramesOfAnySizeOn() throws Exception {
        for (int size : new int[] {0, 1, 500, 65_000, 65_526, 65_536, 300_000}) {
            bodyBytes = size;
            try (Client client = new Client("one-producer")) {
                client.send(METADATA, size);
                assertThat(client.receive()).isEqualTo(size);
                client.send(END_TXN, 7);
                assertThat(client.receive()).isEqualTo(7);
            }
        }
    }

    @Test
    void shouldCutBeforeTheBrokerHasReceivedARequest() throws Exception {
        Interception commit = wire.intercept(Set.of(Api.END_TXN), Side.BEFORE, "one", Wire.ANY_BROKER);
        try (Client client = new Client("one-producer")) {
            client.send(METADATA, 1);
            assertThat(client.receive()).isEqualTo(1);
            client.send(END_TXN, 2);
            assertThat(commit.await(SOON)).contains(new Interception.Caught(Api.END_TXN, 2, "one-producer"));
            commit.decide(Verdict.CUT);
            assertThatThrownBy(client::receive).isInstanceOf(IOException.class);
        }
        assertThat(broker.received).containsExactly(METADATA);
    }

    @Test
    void shouldCutAfterTheBrokerHasAnsweredARequest() throws Exception {
        Interception commit = wire.intercept(Set.of(Api.END_TXN), Side.AFTER, "one", 2);
        try (Client client = new Client("one-producer")) {
            client.send(END_TXN, 2);
            assertThat(commit.await(SOON)).isPresent();
            assertThat(broker.received.poll(5, TimeUnit.SECONDS)).isEqualTo(END_TXN);
            assertThat(wire.isUnderWay(Set.of(Api.END_TXN), "one")).isTrue();
            commit.decide(Verdict.CUT);
            assertThatThrownBy(client::receive).isInstanceOf(IOException.class);
        }
    }

    @Test
    void shouldHoldARequestUntilItMayPass() throws Exception {
        Interception commit = wire.intercept(Set.of(Api.END_TXN), Side.BEFORE, "", Wire.ANY_BROKER);
        try (Client client = new Client("one-producer")) {
            client.send(END_TXN, 3);
            assertThat(commit.await(SOON)).isPresent();
            assertThat(client.isSilent()).isTrue();
            assertThat(broker.received).isEmpty();
            commit.decide(Verdict.PASS);
            assertThat(client.receive()).isEqualTo(3);
            client.send(END_TXN, 4);
            assertThat(client.receive()).as("it catches one").isEqualTo(4);
        }
    }

    @Test
    void shouldLeaveOtherClientsAndBrokersAlone() throws Exception {
        Interception ofTwo = wire.intercept(Set.of(Api.END_TXN), Side.BEFORE, "two", Wire.ANY_BROKER);
        Interception atThree = wire.intercept(Set.of(Api.END_TXN), Side.BEFORE, "", 3);
        try (Client client = new Client("one-producer")) {
            client.send(END_TXN, 5);
            assertThat(client.receive()).isEqualTo(5);
        }
        assertThat(ofTwo.await(Duration.ZERO)).isEmpty();
        assertThat(atThree.await(Duration.ZERO)).isEmpty();
    }

    @Test
    void shouldCatchNothingOnceNobodyWaits() throws Exception {
        Interception given = wire.intercept(Set.of(Api.END_TXN), Side.BEFORE, "", Wire.ANY_BROKER);
        assertThat(given.await(Duration.ZERO)).isEmpty();
        try (Client client = new Client("one-producer")) {
            client.send(END_TXN, 6);
            assertThat(client.receive()).isEqualTo(6);
        }
    }

    @Test
    void shouldHoldOneConnectionBackWhileAnotherGoesOn() throws Exception {
        try (Client held = new Client("one-producer");
                Client other = new Client("one-consumer")) {
            held.send(METADATA, 1);
            held.receive();
            other.send(METADATA, 1);
            other.receive();
            wire.connections("one-producer").get(0).hold(2_000);

            held.send(METADATA, 2);
            other.send(METADATA, 3);

            assertThat(other.receive()).isEqualTo(3);
            assertThat(held.isSilent()).isTrue();
            assertThat(held.receive()).isEqualTo(2);
        }
    }

    @Test
    void shouldRefuseClientsWhileTheBrokerIsAway() throws Exception {
        broker.close();
        try (Client client = new Client("one")) {
            assertThatThrownBy(() -> {
                        client.send(METADATA, 1);
                        client.receive();
                    })
                    .isInstanceOf(IOException.class);
        }
        assertThat(wire.connections("")).isEmpty();
    }
}
