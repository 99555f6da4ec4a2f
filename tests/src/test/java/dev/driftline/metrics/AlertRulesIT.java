package dev.driftline.metrics;

import static dev.driftline.metrics.PrometheusProcess.promtool;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The alert rules of {@code deploy/} and of {@code examples/}, by promtool. */
class AlertRulesIT {

    @BeforeEach
    void needPromtool() {
        assumeTrue(PrometheusProcess.isInstalled(), PrometheusProcess.HOW_TO_INSTALL);
    }

    @Test
    void shouldFireWhereItSaysSoAndNowhereElse() throws Exception {
        String cases = Expressions.deploy("prometheus/driftline.rules.test.yml").toString();

        PrometheusProcess.Result tested = promtool("", "test", "rules", cases);

        assertThat(tested.exitCode()).as(tested.output()).isZero();
    }

    @Test
    void shouldFireWhereTheExampleSaysSo() throws Exception {
        String cases = Expressions.example("prometheus/alerts.test.yml").toString();

        PrometheusProcess.Result tested = promtool("", "test", "rules", cases);

        assertThat(tested.exitCode()).as(tested.output()).isZero();
    }

    @Test
    void shouldBeAConfigurationThatPrometheusTakes() throws Exception {
        for (Path config : List.of(
                Expressions.deploy("prometheus/prometheus.yml"), Expressions.example("prometheus/prometheus.yml"))) {
            PrometheusProcess.Result checked = promtool("", "check", "config", "--lint-fatal", config.toString());

            assertThat(checked.exitCode()).as(checked.output()).isZero();
        }
    }

    @Test
    void shouldSayWhatIsWrongAndHaveACaseInEveryRule() throws Exception {
        String cases = Files.readString(Expressions.deploy("prometheus/driftline.rules.test.yml"));
        JsonNode rules = new YAMLMapper()
                .readTree(Expressions.deploy("prometheus/driftline.rules.yml").toFile())
                .at("/groups/0/rules");

        assertThat(rules).isNotEmpty().allSatisfy(rule -> {
            assertThat(rule.at("/annotations/summary").asText()).isNotBlank();
            assertThat(rule.at("/annotations/description").asText()).isNotBlank();
            assertThat(rule.at("/labels/severity").asText()).isIn("critical", "warning", "info");
            assertThat(cases).contains(rule.get("alert").asText());
        });
    }
}
