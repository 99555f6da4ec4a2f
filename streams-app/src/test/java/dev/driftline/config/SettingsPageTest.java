package dev.driftline.config;

import dev.driftline.config.keys.ConfigKey;
import dev.driftline.config.keys.KeyGroup;
import dev.driftline.config.keys.Settings;
import dev.driftline.testing.GeneratedFile;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** {@code docs/reference/settings.md} follows from the keys. */
class SettingsPageTest {

    private static final String INTRODUCTION = """
            # Settings

            Every setting of Driftline, with its default. This page is generated from the code; so is
            [`deploy/driftline.properties`](../../deploy/driftline.properties), which `driftline config --reference` prints.

            A setting comes from these places, the later winning:

            1. its default;
            2. a properties file: `--config FILE`;
            3. the environment: `model.order` is `DRIFTLINE_MODEL_ORDER`, and `__` stands for a `_` in a name;
            4. the command line: `--set model.order=3`.

            `driftline config` prints the settings that are in force, and where each comes from. A setting that does not
            exist or that has an unacceptable value stops the start of every command, with a message that names it.

            Kafka's own settings pass through: `kafka.*` to every Kafka client, `streams.*` to Kafka Streams, `consumer.*`,
            `producer.*` and `admin.*` to those clients, `schema.registry.*` to the Schema Registry client.
            """;

    @Test
    void shouldBeWhatTheDocumentationHolds() throws IOException {
        GeneratedFile.at("docs/reference/settings.md").shouldHold(page());
    }

    private static String page() {
        StringBuilder page = new StringBuilder(INTRODUCTION);
        for (KeyGroup group : Settings.groups()) {
            page.append("\n## ").append(group.title()).append("\n\n");
            page.append("| setting | default | accepts | meaning |\n|---|---|---|---|\n");
            for (ConfigKey<?> key : group.keys()) {
                page.append("| `").append(key.name()).append("` | ");
                page.append(key.defaultText().isEmpty() ? "" : "`" + key.defaultText() + "`");
                page.append(" | ").append(cell(key.accepts()));
                page.append(" | ").append(cell(key.doc())).append(" |\n");
            }
        }
        return page.toString();
    }

    private static String cell(String text) {
        return text.replace("<", "&lt;").replace("|", "\\|");
    }
}
