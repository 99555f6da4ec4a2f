package dev.driftline.config;

import static dev.driftline.testing.MarkdownTable.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.config.keys.ConfigKey;
import dev.driftline.config.keys.KeyGroup;
import dev.driftline.config.keys.Settings;
import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import dev.driftline.testing.GeneratedFile;
import dev.driftline.testing.MarkdownTable;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code docs/operations.md} says of everything that grows on the heap how far, by which setting, and what comes then. */
class HeapPageTest {

    @Test
    void shouldListEverythingThatGrowsWithItsBoundAndWhatComesPastIt() throws IOException {
        MarkdownTable table = MarkdownTable.of("`what`", "what it is", "bound", "setting", "past the bound");
        for (HeapUse use : HeapUse.values()) {
            table.row(
                    code(use.label()),
                    use.what(),
                    (use.defaultBytes() >> 20) + " MiB" + (use.scope() == HeapUse.Scope.EACH_SHARD ? " a shard" : "")
                            + (use == HeapUse.PAGES ? " or more" : ""),
                    use.setting().isEmpty() ? "" : code(use.setting()),
                    use.past());
        }
        GeneratedFile.at("docs/operations.md").shouldHoldPart("heap", table.toString());
    }

    @ParameterizedTest
    @EnumSource
    void shouldTakeTheBoundFromItsSetting(HeapUse use) {
        HeapBudget defaults = HeapBounds.budget(DriftlineConfig.of(Map.of()));
        defaults.account(use).set(1);
        assertThat(defaults.bound(use))
                .isEqualTo(use == HeapUse.PAGES ? HeapBounds.pages(DriftlineConfig.of(Map.of())) : use.defaultBytes());

        if (!use.setting().isEmpty()) {
            Set<String> settings = Settings.groups().stream()
                    .map(KeyGroup::keys)
                    .flatMap(keys -> keys.stream().map(ConfigKey::name))
                    .collect(Collectors.toSet());
            assertThat(settings).contains(use.setting());
            HeapBudget set = HeapBounds.budget(DriftlineConfig.of(Map.of(use.setting(), "7MiB")));
            set.account(use).set(1);
            assertThat(set.bound(use)).isEqualTo(7 << 20);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 512, 128", "1, 2048, 600", "4, 2048, 128", "4, 8192, 1266", "1, 65536, 48216"})
    void shouldShareTheHeapThatIsLeftAmongShards(int shards, long heapMiB, long expectedMiB) {
        DriftlineConfig config = DriftlineConfig.of(Map.of("shards", Integer.toString(shards)));
        assertThat(HeapBounds.pages(config, heapMiB << 20) >> 20).isEqualTo(expectedMiB);
    }

    @Test
    void shouldRefuseABoundThatAShardCannotWorkWith() {
        DriftlineConfig config = DriftlineConfig.of(Map.of("cache.decoded.bytes", "1023KiB"));
        assertThatThrownBy(() -> HeapBounds.budget(config))
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("cache.decoded.bytes")
                .hasMessageContaining("at least 1 MiB");
    }
}
