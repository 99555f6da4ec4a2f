package dev.driftline.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SourceTableTest {

    private final SourceTable table = new SourceTable();

    private static List<String> columns(String line) {
        return List.of(line.trim().split("\\s+"));
    }

    @Test
    void shouldShowPerplexityNowAndSoFarWhenTheyDiffer() {
        for (int i = 0; i < SourceTable.RECENT; i++) {
            table.add(Scores.score("a" + i, "news", 10, 10 * 8, i * 1000L));
        }
        for (int i = 0; i < SourceTable.RECENT; i++) {
            table.add(Scores.score("b" + i, "news", 10, 10 * 6, 20_000L + i * 1000L));
        }
        assertThat(table.lines(10)).hasSize(1);
        assertThat(columns(table.lines(10).get(0))).containsExactly("news", "40", "400", "10", "64.0", "128.0");
    }

    @Test
    void shouldShareTheTimeOfABurstByTokensWhenScoresComeInBursts() {
        table.add(Scores.score("1", "first", 500, 500, 0));
        table.add(Scores.score("2", "first", 300, 300, 1000));
        table.add(Scores.score("3", "second", 100, 100, 1000));
        table.add(Scores.score("4", "second", 400, 400, 3000));
        table.add(Scores.score("5", "third", 400, 400, 5000));
        // The first burst has no time, the last one has not ended.
        assertThat(columns(table.lines(10).get(0)).get(3)).isEqualTo("400");
        assertThat(columns(table.lines(10).get(1)).get(3)).isEqualTo("222");
        assertThat(columns(table.lines(10).get(2)).get(3)).isEqualTo("–");
    }

    @Test
    void shouldShowTheSourcesThatChangedLastWhenThereAreMoreThanFit() {
        for (String source : List.of("a", "b", "c", "a")) {
            table.add(Scores.score("x", source, 1, 1, 0));
        }
        assertThat(table.lines(2)).hasSize(3);
        assertThat(table.lines(2).get(0)).startsWith("a ");
        assertThat(table.lines(2).get(1)).startsWith("c ");
        assertThat(table.lines(2).get(2)).isEqualTo("… and 1 more sources");
    }

    @Test
    void shouldTellASourceOnceWhenItHasNotChangedSince() {
        table.add(Scores.score("x", "a", 1, 1, 0));
        assertThat(table.changedLines(5)).hasSize(1);
        assertThat(table.changedLines(5)).isEmpty();
        table.add(Scores.score("y", "b", 1, 1, 0));
        assertThat(table.changedLines(5)).singleElement().asString().startsWith("b ");
    }
}
