package dev.driftline.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What may depend on what. */
class ModulesTest {

    /** The module {@code model-scorer}: the language models as a plain library. */
    private static final String[] MODEL = {
        "dev.driftline.codec..",
        "dev.driftline.text..",
        "dev.driftline.corpus..",
        "dev.driftline.ngram..",
        "dev.driftline.scoring..",
        "dev.driftline.mixture..",
        "dev.driftline.neural..",
        "dev.driftline.spelling..",
        "dev.driftline.drift..",
        "dev.driftline.generation..",
        "dev.driftline.filter..",
        "dev.driftline.evaluation.."
    };

    private static final String SCHEMAS = "dev.driftline.schemas..";

    private static JavaClasses driftline;

    @BeforeAll
    static void read() {
        driftline = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("/tests/target/"))
                .importPackages("dev.driftline");
    }

    /** Else the rules below would pass over a package that somebody adds. */
    @Test
    void shouldKnowEveryPackage() {
        Set<String> packages = driftline.stream()
                .map(type -> type.getPackageName().replaceFirst("^dev\\.driftline\\.([a-z]+).*", "$1"))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(packages)
                .contains("cli", "config", "embedded", "ngram", "schemas", "scoring", "store", "topics", "topology");
        assertThat(packages).as("a class outside any package of its own").doesNotContain("dev.driftline");
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
        slices().matching("dev.driftline.(*)..").should().beFreeOfCycles().check(driftline);
    }

    @Test
    void shouldLetNothingDependOnTheCommandLine() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.driftline.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.driftline.cli..")
                .check(driftline);
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
