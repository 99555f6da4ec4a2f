package dev.driftline.config.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SettingsTest {

    /** A class of keys that {@link Settings} does not name would declare settings that nothing knows. */
    @Test
    void shouldKnowEveryKeyThatAnyClassDeclares() throws Exception {
        Set<Object> declared = new HashSet<>();
        for (Class<?> type : classesOfThePackage()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.getType() == ConfigKey.class) {
                    declared.add(field.get(null));
                }
            }
        }

        assertThat(declared).isNotEmpty().isEqualTo(new HashSet<Object>(Settings.keys()));
    }

    @Test
    void shouldGiveEachKeyANameOfItsOwn() {
        assertThat(Settings.keys()).extracting(ConfigKey::name).doesNotHaveDuplicates();
    }

    @Test
    void shouldAcceptTheDefaultOfEachKey() {
        assertThat(Settings.keys())
                .allSatisfy(
                        key -> assertThat((Object) key.read(key.defaultText())).isNotNull());
    }

    private static List<Class<?>> classesOfThePackage() throws IOException, URISyntaxException, ClassNotFoundException {
        Path folder = Path.of(Settings.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .resolve(Settings.class.getPackageName().replace('.', '/'));
        List<Class<?>> classes = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".class")) {
                    classes.add(Class.forName(
                            Settings.class.getPackageName() + "." + name.substring(0, name.length() - 6)));
                }
            }
        }
        return classes;
    }
}
