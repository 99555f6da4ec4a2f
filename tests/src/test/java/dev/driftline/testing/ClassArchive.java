package dev.driftline.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Classes as a JVM has read them once, for the JVMs that tests start: half of the work of a short command is to load its
 * classes. The first {@code run} and the first other command that end in an orderly way leave an archive each, as with the
 * {@code driftline} launcher, and those after them start from it. It stays in {@code target} for the next build of the same
 * jars. A JVM checks an archive and goes without where it does not fit. Thread-safe.
 */
public final class ClassArchive {

    /** The JVM says nothing of what it cannot archive: tests compare what a command prints. */
    private static final List<String> QUIET = List.of("-Xlog:cds=off", "-Xlog:cds+dynamic=off");

    /**
     * The jars of what is under test. The JVM takes no archive where there is a folder on the class path, as there is with the
     * classes of the tests, of which a child needs none.
     */
    public static final String CLASS_PATH = classPath();

    /** As where an IDE runs the tests. */
    private static final boolean HAS_FOLDERS =
            Stream.of(CLASS_PATH.split(File.pathSeparator)).map(Path::of).anyMatch(Files::isDirectory);

    /** Of a command that did what it was told, or was told to stop by a signal. */
    private static final Set<Integer> ORDERLY = Set.of(0, 128 + 2, 128 + 15);

    private static final ClassArchive RUN = new ClassArchive("run");
    private static final ClassArchive COMMAND = new ClassArchive("command");

    private final Path file;
    private final Path unfinished;
    private boolean claimed;

    private ClassArchive(String kind) {
        Path folder = Path.of(System.getProperty("basedir", "."), "target", "class-archives")
                .toAbsolutePath();
        file = folder.resolve(kind + "-" + fingerprint() + ".jsa");
        unfinished = folder.resolve(kind + "-" + ProcessHandle.current().pid() + ".unfinished");
    }

    /** Where archives are once there are any, the best one first. */
    public static List<Path> files() {
        return List.of(RUN.file, COMMAND.file);
    }

    /** Options of a JVM that starts from {@code archive}. */
    public static List<String> using(Path archive) {
        return Stream.concat(Stream.of("-XX:SharedArchiveFile=" + archive), QUIET.stream())
                .toList();
    }

    /** The archive that a command with these arguments is to leave when it ends; empty where it is to leave none. */
    static Optional<ClassArchive> toMake(List<String> arguments) {
        if (HAS_FOLDERS) {
            return Optional.empty();
        }
        String command = arguments.isEmpty() ? "--help" : arguments.get(0);
        // A demo has a broker in it, and the other ones without a command read few classes.
        if (command.startsWith("-") || command.equals("demo")) {
            return Optional.empty();
        }
        ClassArchive archive = command.equals("run") ? RUN : COMMAND;
        return archive.claim() ? Optional.of(archive) : Optional.empty();
    }

    /**
     * Lines of a shell script that run a command and make the archive of commands, where there is no archive yet; empty where
     * none can be made. The script ends there then.
     *
     * @param java the JVM
     * @param command its options, the class and the arguments
     */
    public static String firstCommand(String java, String command) {
        if (HAS_FOLDERS) {
            return "";
        }
        return "if [ -z \"${classes[*]}\" ]; then\n"
                + "  case $1 in run | demo | -*) ;; *)\n"
                + "    mkdir -p '" + COMMAND.file.getParent() + "'; new='" + COMMAND.unfinished + "'.$$; code=0\n"
                + "    " + java + " -XX:ArchiveClassesAtExit=\"$new\" " + String.join(" ", QUIET) + " "
                + command.strip()
                + " || code=$?\n"
                + "    if [ $code = 0 ]; then mv -f \"$new\" '" + COMMAND.file + "'; else rm -f \"$new\"; fi\n"
                + "    exit $code ;;\n"
                + "  esac\nfi\n";
    }

    /** Options of a JVM that starts from the best archive that there is. */
    static List<String> options() {
        return files().stream()
                .filter(Files::exists)
                .findFirst()
                .map(ClassArchive::using)
                .orElse(List.of());
    }

    private synchronized boolean claim() {
        if (claimed || Files.exists(file) || (this == COMMAND && Files.exists(RUN.file))) {
            return false;
        }
        try {
            Files.createDirectories(file.getParent());
            Files.deleteIfExists(unfinished);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        claimed = true;
        return true;
    }

    /** Options of the JVM that makes it. */
    List<String> making() {
        return Stream.concat(Stream.of("-XX:ArchiveClassesAtExit=" + unfinished), QUIET.stream())
                .toList();
    }

    /** Says that the JVM that was to make it has ended. Where it has not done so, another may. */
    synchronized void ended(int exitCode) {
        claimed = false;
        if (!Files.exists(unfinished)) {
            return;
        }
        try (Stream<Path> others = Files.list(file.getParent())) {
            if (!ORDERLY.contains(exitCode)) {
                Files.delete(unfinished);
                return;
            }
            String kind = file.getFileName().toString().replaceFirst("-.*", "-");
            for (Path other : others.toList()) {
                String name = other.getFileName().toString();
                if (name.startsWith(kind) && name.endsWith(".jsa")) {
                    Files.delete(other);
                }
            }
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String classPath() {
        List<Path> entries = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .toList();
        return entries.stream()
                .filter(entry -> !entry.endsWith(Path.of("target", "test-classes")))
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Another one when a jar is built anew. */
    private static String fingerprint() {
        List<Object> parts = Stream.of(CLASS_PATH.split(File.pathSeparator))
                .map(entry -> new File(entry))
                .<Object>map(entry -> entry + " " + entry.length() + " " + entry.lastModified())
                .toList();
        return Integer.toHexString(Objects.hash(System.getProperty("java.home"), parts));
    }
}
