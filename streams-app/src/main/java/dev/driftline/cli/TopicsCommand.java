package dev.driftline.cli;

import dev.driftline.cli.options.ConfigOptions;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.schemas.Subjects;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import dev.driftline.topics.TopicAdmin;
import dev.driftline.topics.TopicDefinition;
import dev.driftline.topics.TopicDefinitions;
import java.io.Console;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code driftline topics}: what the topics are, and making them so. */
@Command(
        name = "topics",
        mixinStandardHelpOptions = true,
        description = "Create, list or delete Driftline's topics and register their schemas.",
        footerHeading = "%nExample:%n",
        footer = "  driftline topics create --bootstrap-servers localhost:9092 --registry-url http://localhost:8081",
        subcommands = {
            TopicsCommand.Create.class,
            TopicsCommand.ListTopics.class,
            TopicsCommand.Delete.class,
            TopicsCommand.Definitions.class
        })
final class TopicsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                spec.commandLine(),
                "topics: say which: "
                        + String.join(", ", spec.commandLine().getSubcommands().keySet()));
    }

    /** {@code topics create}. */
    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = {
                "Create the topics that are missing and register the schemas of the public ones, BACKWARD compatible.",
                "What exists is left as it is; a topic with a wrong number of partitions is an error."
            },
            footerHeading = "%nExample:%n",
            footer = "  driftline topics create --set shards=8 --set partitions=8 --set topics.replication.factor=3")
    static final class Create implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Mixin
        private ConfigOptions config;

        @Option(names = "--no-schemas", description = "Do not register schemas.")
        private boolean noSchemas;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            try (TopicAdmin admin = new TopicAdmin(config.load())) {
                TopicAdmin.Created created = admin.create();
                for (TopicAdmin.State state : created.states()) {
                    boolean isNew =
                            created.created().contains(state.definition().name());
                    out.printf(
                            Locale.ROOT,
                            "%-8s %-34s %3d partitions%n",
                            isNew ? "created" : "exists",
                            state.definition().name(),
                            state.partitions());
                    state.differences().forEach(difference -> out.println("         note: " + difference));
                }
                out.flush();
                if (!noSchemas) {
                    for (Subjects.Registered schema : admin.registerSchemas()) {
                        out.printf(
                                Locale.ROOT,
                                "%-8s %-34s schema %d%n",
                                schema.created() ? "created" : "exists",
                                schema.subject(),
                                schema.schemaId());
                    }
                }
            }
            out.flush();
            return ExitCodes.OK;
        }
    }

    /** {@code topics list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description =
                    "List the topics as they are: partitions, records, and settings that differ from Driftline's.",
            footerHeading = "%nExample:%n",
            footer = "  driftline topics list --json")
    static final class ListTopics implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Mixin
        private ConfigOptions config;

        @Option(names = "--json", description = "Print one JSON array.")
        private boolean json;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            try (TopicAdmin admin = new TopicAdmin(config.load())) {
                List<TopicAdmin.State> states = admin.list();
                if (json) {
                    out.println(PlainJson.pretty(
                            states.stream().map(ListTopics::asMap).toList()));
                } else {
                    out.printf(Locale.ROOT, "%-34s %10s %12s%n", "topic", "partitions", "records");
                    for (TopicAdmin.State state : states) {
                        String name = state.definition().name();
                        if (state.exists()) {
                            out.printf(Locale.ROOT, "%-34s %10d %12d%n", name, state.partitions(), state.records());
                        } else {
                            out.printf(Locale.ROOT, "%-34s %10s%n", name, "missing");
                        }
                        state.differences().forEach(difference -> out.println("  note: " + difference));
                    }
                    if (states.stream().noneMatch(TopicAdmin.State::exists)) {
                        out.println("None exists: create them with `driftline topics create`.");
                    }
                }
            }
            out.flush();
            return ExitCodes.OK;
        }

        private static Map<String, Object> asMap(TopicAdmin.State state) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("name", state.definition().name());
            map.put("exists", state.exists());
            map.put("partitions", state.partitions());
            map.put("records", state.records());
            map.put("differences", state.differences());
            return map;
        }
    }

    /** {@code topics delete}. */
    @Command(
            name = "delete",
            mixinStandardHelpOptions = true,
            description = {
                "Delete the topics with everything in them. Stop the service first.",
                "Schemas in the registry and files in state.dir are left alone."
            },
            footerHeading = "%nExample:%n",
            footer = "  driftline topics delete --with-state --yes")
    static final class Delete implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Mixin
        private ConfigOptions config;

        @Option(names = "--yes", description = "Do not ask.")
        private boolean yes;

        @Option(
                names = "--with-state",
                description = "Also delete the model: the changelog topics and the consumer group of application.id.")
        private boolean withState;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            DriftlineConfig loaded = config.load();
            try (TopicAdmin admin = new TopicAdmin(loaded)) {
                List<TopicAdmin.State> existing =
                        admin.list().stream().filter(TopicAdmin.State::exists).toList();
                if (!yes && !existing.isEmpty() && !confirmed(existing, loaded)) {
                    throw new CommandFailedException("nothing deleted: say --yes to delete without being asked");
                }
                Set<String> deleted = admin.delete(withState);
                deleted.forEach(name -> out.println("deleted  " + name));
                if (deleted.isEmpty()) {
                    out.println("There was nothing to delete.");
                }
                if (withState) {
                    out.println("Remove "
                            + loaded.get(ServiceKeys.STATE_DIR).resolve(loaded.get(ServiceKeys.APPLICATION_ID))
                            + " on each machine that ran the service.");
                }
            }
            out.flush();
            return ExitCodes.OK;
        }

        private boolean confirmed(List<TopicAdmin.State> existing, DriftlineConfig loaded) {
            Console console = System.console();
            if (console == null) {
                return false;
            }
            long records =
                    existing.stream().mapToLong(TopicAdmin.State::records).sum();
            String answer = console.readLine(
                    "Delete %d topics with %d records at %s? Type yes: ",
                    existing.size(), records, loaded.get(ServiceKeys.BOOTSTRAP_SERVERS));
            return "yes".equals(answer);
        }
    }

    /** {@code topics definitions}. */
    @Command(
            name = "definitions",
            mixinStandardHelpOptions = true,
            description = "Print the topics as they should be, as JSON, for those who create topics by other means.",
            footerHeading = "%nExample:%n",
            footer = "  driftline topics definitions --set topics.replication.factor=3 > topics.json")
    static final class Definitions implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Mixin
        private ConfigOptions config;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            out.println(text(config.load()));
            out.flush();
            return ExitCodes.OK;
        }

        static String text(DriftlineConfig config) {
            return PlainJson.pretty(TopicDefinitions.of(config).all().stream()
                    .map(Definitions::asMap)
                    .toList());
        }

        private static Map<String, Object> asMap(TopicDefinition definition) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("name", definition.name());
            map.put("partitions", definition.partitions());
            map.put("replicationFactor", definition.replicationFactor());
            map.put("settings", definition.settings());
            definition.topic().recordType().ifPresent(type -> map.put("valueSchema", type.getSimpleName() + ".avsc"));
            return map;
        }
    }
}
