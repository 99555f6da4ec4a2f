package dev.driftline.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What may depend on what. */
class ModulesTest {

    /** The module {@code model-scorer}: the language models as a plain library. */
    private static final String[] MODEL = {
        "dev.driftline.codec..",
        "dev.driftline.heap..",
        "dev.driftline.prefix..",
        "dev.driftline.pages..",
        "dev.driftline.smoothing..",
        "dev.driftline.text..",
        "dev.driftline.corpus..",
        "dev.driftline.ngram..",
        "dev.driftline.backoff..",
        "dev.driftline.background..",
        "dev.driftline.arpa..",
        "dev.driftline.scoring..",
        "dev.driftline.resharding..",
        "dev.driftline.mixture..",
        "dev.driftline.source..",
        "dev.driftline.neural..",
        "dev.driftline.spelling..",
        "dev.driftline.drift..",
        "dev.driftline.generation..",
        "dev.driftline.filter..",
        "dev.driftline.evaluation..",
        "dev.driftline.library..",
        "dev.driftline.export.."
    };

    private static final String SCHEMAS = "dev.driftline.schemas..";

    private static JavaClasses driftline;

    @BeforeAll
    static void read() {
        driftline = DriftlineClasses.ALL;
    }

    /**
     * The floors of the house, the top one first. A class may use the packages of floors below its own, and of its own
     * floor; {@link #shouldHaveNoCyclesBetweenPackages()} keeps those apart. An entry is a package with what is in it, or,
     * where a deeper one is named, with what is left.
     */
    private static final List<List<String>> FLOORS = List.of(
            List.of("cli"),
            List.of("demo"),
            List.of("serving.routes"),
            List.of("serving.query"),
            List.of("serving.http"),
            List.of("metrics"),
            List.of("service", "migration", "verify", "recall"),
            List.of("topology"),
            List.of("network", "output", "retraction"),
            List.of("sources", "counters", "pending", "shards", "live", "ingest", "bulk"),
            List.of("input", "topics", "identity", "store"),
            List.of("failures"),
            List.of("config", "commits", "embedded", "terminal", "threads", "rows"),
            List.of("schemas", "evaluation", "library"),
            List.of("drift", "filter", "generation", "source"),
            List.of("mixture"),
            List.of("neural", "resharding", "export"),
            List.of("scoring"),
            List.of("spelling", "arpa", "background"),
            List.of("ngram", "corpus", "backoff", "subword"),
            List.of("pages", "smoothing"),
            List.of("prefix", "text", "codec", "heap"));

    /** The most classes that a package may have, so that it is read in a minute; the command line has a class a command. */
    private static final int MOST_CLASSES = 21;

    /** Else the floors would pass over a package that somebody adds. */
    @Test
    void shouldKnowEveryPackage() {
        Set<String> names = FLOORS.stream().flatMap(List::stream).collect(Collectors.toCollection(TreeSet::new));
        Set<String> packages = driftline.stream()
                .map(type -> type.getPackageName() + ".")
                .map(name -> names.stream()
                        .filter(floor -> name.startsWith("dev.driftline." + floor + "."))
                        .findFirst()
                        .orElse(name))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(packages)
                .as("a package without a floor, or a floor without a package")
                .isEqualTo(names);
    }

    @Test
    void shouldHaveNoArrowFromAFloorToOneAbove() {
        LayeredArchitecture house = layeredArchitecture().consideringOnlyDependenciesInLayers();
        for (int floor = 0; floor < FLOORS.size(); floor++) {
            house = house.layer("floor " + floor)
                    .definedBy(FLOORS.get(floor).stream()
                            .map(name -> "dev.driftline." + name + "..")
                            .toArray(String[]::new));
        }
        for (int floor = 0; floor < FLOORS.size(); floor++) {
            house = floor == 0
                    ? house.whereLayer("floor 0").mayNotBeAccessedByAnyLayer()
                    : house.whereLayer("floor " + floor)
                            .mayOnlyBeAccessedByLayers(IntStream.range(0, floor)
                                    .mapToObj(above -> "floor " + above)
                                    .toArray(String[]::new));
        }
        house.check(driftline);
    }

    @Test
    void shouldHaveNoPackageThatIsTooLargeToFindSomethingIn() {
        Map<String, Long> classes = driftline.stream()
                .filter(type ->
                        !type.getName().contains("$") && !type.getSimpleName().equals("package-info"))
                .filter(type -> !type.getPackageName().matches("dev\\.driftline\\.(cli|schemas)"))
                .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));

        assertThat(classes)
                .allSatisfy((name, count) ->
                        assertThat(count).as("classes of " + name).isLessThanOrEqualTo(MOST_CLASSES));
    }

    @Test
    void shouldKeepHttpFreeOfTheModelAndQueriesFreeOfTheServer() {
        noClasses()
                .that()
                .resideInAPackage("dev.driftline.serving.http..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.driftline..")
                        .and(not(resideInAnyPackage(
                                "dev.driftline.serving.http..", "dev.driftline.config..", "dev.driftline.terminal.."))))
                .because("the plumbing of HTTP knows no model")
                .check(driftline);
        noClasses()
                .that()
                .resideInAPackage("dev.driftline.serving.query..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.javalin..", "jakarta.servlet..", "org.eclipse.jetty..")
                .because("the command line asks the same queries as the routes")
                .check(driftline);
    }

    @Test
    void shouldKeepTheModelsFreeOfKafkaRocksDbAndAvro() {
        noClasses()
                .that()
                .resideInAnyPackage(MODEL)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.kafka..",
                        "kafka..",
                        "org.rocksdb..",
                        "org.apache.avro..",
                        "io.confluent..",
                        "picocli..",
                        "io.javalin..")
                .because("model-scorer is a plain library")
                .check(driftline);
    }

    @Test
    void shouldKeepTheModelsFreeOfTheService() {
        noClasses()
                .that()
                .resideInAnyPackage(MODEL)
                .should()
                .dependOnClassesThat(resideInAPackage("dev.driftline..").and(not(resideInAnyPackage(MODEL))))
                .because("model-scorer depends on no other module")
                .check(driftline);
    }

    @Test
    void shouldKeepTheSchemasFreeOfEverythingElse() {
        noClasses()
                .that()
                .resideInAPackage(SCHEMAS)
                .should()
                .dependOnClassesThat(resideInAPackage("dev.driftline..").and(not(resideInAPackage(SCHEMAS))))
                .because("schemas is what strangers may use alone")
                .check(driftline);
    }

    @Test
    void shouldHaveNoCyclesBetweenPackages() {
        slices().matching("dev.driftline.(**)").should().beFreeOfCycles().check(driftline);
    }

    @Test
    void shouldUseTheBrokersOwnClassesOnlyToEmbedIt() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.driftline.embedded..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("kafka..", "org.apache.kafka.metadata..", "org.apache.kafka.server..")
                .check(driftline);
    }

    @Test
    void shouldUseInternalsOfKafkaStreamsOnlyWhereTheVersionIsPinnedForIt() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.driftline.store..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.kafka.streams..internals..")
                .because("only the write-back store needs them, and its Javadoc says what to check at an upgrade")
                .check(driftline);
    }

    /** Its first double after seeds 1 to 8 lies between 0.722 and 0.733, which draws the same first word eight times. */
    @Test
    void shouldDrawByGeneratorsThatMixTheirSeeds() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.driftline.bench..")
                // These shuffle: two mix the seed themselves, and OfflineTraining says why it does not.
                .and()
                .doNotHaveFullyQualifiedName("dev.driftline.neural.training.OfflineTraining")
                .and()
                .doNotHaveFullyQualifiedName("dev.driftline.neural.online.ReplayBuffer")
                .and()
                .doNotHaveFullyQualifiedName("dev.driftline.neural.online.WorkingCopy")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.Random")
                .because("java.util.Random gives neighbouring seeds the same first draws; SplittableRandom mixes them")
                .check(driftline);
    }

    @Test
    void shouldNameClassesByWhatTheyDo() {
        noClasses()
                .should()
                .haveSimpleNameEndingWith("Utils")
                .orShould()
                .haveSimpleNameEndingWith("Util")
                .orShould()
                .haveSimpleNameEndingWith("Helper")
                .orShould()
                .haveSimpleNameEndingWith("Manager")
                .orShould()
                .haveSimpleNameEndingWith("Impl")
                .check(driftline);
    }

    @Test
    void shouldLetNoCallerSubclassAModel() {
        classes()
                .that()
                .resideInAnyPackage(MODEL)
                .and()
                .arePublic()
                .and()
                .areNotInterfaces()
                .and()
                .doNotHaveModifier(JavaModifier.ABSTRACT)
                .and()
                .areNotAssignableTo(Throwable.class)
                .should()
                .haveModifier(JavaModifier.FINAL)
                .because("what is not made for inheritance is final")
                .check(driftline);
    }
}
