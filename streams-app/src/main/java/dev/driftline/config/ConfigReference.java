package dev.driftline.config;

import java.util.ArrayList;
import java.util.List;

/** The reference of all settings, as a properties file in which every line is commented out. */
public final class ConfigReference {

    private static final int WIDTH = 118;

    private ConfigReference() {}

    /** The text of {@code deploy/driftline.properties}, ending in a newline. */
    public static String text() {
        List<String> lines = new ArrayList<>();
        comment(
                lines,
                "Every setting of Driftline, each with its default. Written by `driftline config --reference`.",
                "A setting comes from, the later winning: its default; this file (--config FILE); the environment, where"
                        + " model.order is DRIFTLINE_MODEL_ORDER (\"__\" stands for a \"_\" in a name); the command line"
                        + " (--set model.order=3). `driftline config` prints what is in force, and from where.");
        for (KeyGroup group : Settings.groups()) {
            heading(lines, group.title());
            for (ConfigKey<?> key : group.keys()) {
                lines.add("");
                comment(lines, key.doc(), "Accepts " + key.accepts() + ".");
                lines.add("#" + key.name() + "=" + key.defaultText());
            }
        }
        heading(lines, "Kafka and the Schema Registry");
        lines.add("");
        comment(
                lines,
                "What Kafka and the Schema Registry client can be told passes through untouched: kafka.* to every Kafka"
                        + " client, streams.* to Kafka Streams, consumer.*, producer.* and admin.* to those clients,"
                        + " schema.registry.* to the Schema Registry client. For example:");
        lines.add("#kafka.security.protocol=SASL_SSL");
        lines.add("#kafka.sasl.mechanism=SCRAM-SHA-512");
        lines.add("#kafka.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required"
                + " username=\"driftline\" password=\"…\";");
        lines.add("#kafka.ssl.truststore.location=/etc/driftline/truststore.p12");
        lines.add("#kafka.ssl.truststore.password=…");
        lines.add("#streams.num.standby.replicas=1");
        lines.add("#producer.compression.type=lz4");
        lines.add("#schema.registry.basic.auth.credentials.source=USER_INFO");
        lines.add("#schema.registry.basic.auth.user.info=USER:PASSWORD");
        lines.add("#schema.registry.ssl.truststore.location=/etc/driftline/truststore.p12");
        return String.join("\n", lines) + "\n";
    }

    private static void heading(List<String> lines, String title) {
        lines.add("");
        lines.add("# ---- " + title + " " + "-".repeat(WIDTH - 8 - title.length()));
    }

    private static void comment(List<String> lines, String... paragraphs) {
        for (String paragraph : paragraphs) {
            StringBuilder line = new StringBuilder("#");
            for (String word : paragraph.split(" ")) {
                if (line.length() + 1 + word.length() > WIDTH) {
                    lines.add(line.toString());
                    line.setLength(1);
                }
                line.append(' ').append(word);
            }
            lines.add(line.toString());
        }
    }
}
