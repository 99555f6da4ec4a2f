package dev.driftline.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/** The classes of the modules that are shipped, read once for all tests: that takes seconds. */
final class DriftlineClasses {

    static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("/tests/target/"))
            .withImportOption(location -> !location.contains("/test-support/target/"))
            .importPackages("dev.driftline");

    private DriftlineClasses() {}
}
