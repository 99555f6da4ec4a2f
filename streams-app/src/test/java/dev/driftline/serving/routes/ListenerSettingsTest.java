package dev.driftline.serving.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.InvalidConfigException;
import dev.driftline.serving.http.HttpSettings;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A listener that could not work, or would protect less than it seems to, is refused at start with the cure. */
class ListenerSettingsTest {

    private static final String TOKEN = "0123456789abcdef-one";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            http.host=0.0.0.0                                   | set http.read.token
            http.host=nowhere.invalid                           | 127.0.0.1 for this machine alone
            http.host=http://127.0.0.1                          | without a scheme, a port or a path
            http.host=127.0.0.1:7070                            | the port is http.port
            http.port=65536                                     | from 0 to 65535
            http.port=-1                                        | from 0 to 65535
            http.host=0.0.0.0;http.read.token=TOKEN             | set http.advertised.host
            http.host=::;http.read.token=TOKEN                  | set http.advertised.host
            http.host=0.0.0.0;http.allow.insecure=true          | set http.advertised.host
            http.advertised.host=0.0.0.0                        | set it to the one name or address
            http.advertised.host=box:7070                       | without a scheme, a port or a path
            http.advertised.host=192.0.2.7                      | set http.host to an address that they reach
            streams.application.server=0.0.0.0:7070             | give the one HOST:PORT
            streams.application.server=box                      | give the one HOST:PORT
            kafka.application.server=box:70700                  | give the one HOST:PORT
            streams.application.server=http://box:7070          | give the one HOST:PORT
            http.read.token=TOKEN;http.operate.token=TOKEN      | give each its own
            http.read.token=TOKEN;http.instance.secret=TOKEN    | give each its own
            http.operate.token=TOKEN;http.instance.secret=TOKEN | give each its own
            http.instance.secret=short                          | at least 16
            http.instance.secret=file:/nowhere/secret           | cannot read /nowhere/secret
            http.bodies.max.bytes=64KiB                         | raise the first, or lower the second
            http.hosts=https://proxy.example                    | host names separated by commas
            http.tls.certificate=cert.pem                       | both http.tls.certificate and http.tls.key
            http.tls.key=key.pem                                | both http.tls.certificate and http.tls.key
            http.tls.keystore=a.p12;http.tls.key=key.pem        | either http.tls.keystore
            http.tls.trust=trust.pem                            | there is no TLS
            http.tls.keystore.password=secret                   | there is no TLS
            """)
    void shouldRefuseAListenerThatCannotWorkAndSayWhatToDo(String settings, String cure) {
        assertThatThrownBy(() -> HttpSettings.of(DriftlineConfig.of(map(settings))))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining(cure)
                .hasMessageNotContaining(TOKEN);
    }

    @Test
    void shouldTakeWhatWorks() {
        for (String good : new String[] {
            "http.host=0.0.0.0;http.advertised.host=box;http.read.token=TOKEN",
            "http.host=[::1]",
            "http.host=0.0.0.0;http.read.token=TOKEN;streams.application.server=box:443",
            "http.host=localhost;http.advertised.host=localhost",
            "http.hosts=proxy.example, shop.example:8443,*",
            "http.hosts="
        }) {
            assertThat(HttpSettings.of(DriftlineConfig.of(map(good))).limits().maxTokens())
                    .as(good)
                    .isPositive();
        }
        assertThat(HttpSettings.authority("::1", 7070)).isEqualTo("[::1]:7070");
    }

    private static Map<String, String> map(String settings) {
        Map<String, String> map = new HashMap<>();
        for (String setting : settings.replace("TOKEN", TOKEN).split(";", -1)) {
            int equals = setting.indexOf('=');
            map.put(setting.substring(0, equals), setting.substring(equals + 1));
        }
        return map;
    }
}
