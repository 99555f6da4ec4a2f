package dev.driftline.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.Timer;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** No thread of the service ends by an error that nobody sees: all are {@code LastingThread}s, or listed here with a reason. */
class ThreadsTest {

    private static final String[] OTHERS = {
        // The one that does it.
        "dev\\.driftline\\.threads\\.LastingThread",
        // A round of training is one thread; its end without a result is a failed round.
        "dev\\.driftline\\.network\\.trainer\\.RoundRunner",
        // Workers of pools, which replace those that die; every failure is the answer.
        "dev\\.driftline\\.serving\\.http\\.RequestPool",
        "dev\\.driftline\\.live\\.DocumentTexts",
        // Runs as the process ends.
        "dev\\.driftline\\.terminal\\.CtrlC",
        // Halts the process, whatever ends it.
        "dev\\.driftline\\.embedded\\.ParentBound",
        // Who hands rows to it gets what a batch ends with, errors too.
        "dev\\.driftline\\.bulk\\.OrderedScoring",
        // Who reads gets what it ends with, errors too.
        "dev\\.driftline\\.corpus\\.StoppableInput",
        // Of commands, which end with what it fails with; the watch only says something.
        "dev\\.driftline\\.demo\\..*",
        "dev\\.driftline\\.cli\\..*",
    };

    @Test
    void shouldStartThreadsOnlyWhereTheirEndIsSeen() {
        JavaClasses driftline = DriftlineClasses.ALL;
        DescribedPredicate<JavaAccess<?>> startsThreads = DescribedPredicate.describe(
                "make threads",
                access -> access.getName().equals("<init>")
                                && (access.getTargetOwner().isAssignableTo(Thread.class)
                                        || access.getTargetOwner().isAssignableTo(Timer.class)
                                        || access.getTargetOwner().isAssignableTo(AbstractExecutorService.class))
                        || access.getTargetOwner().isEquivalentTo(Executors.class));
        noClasses()
                .that()
                .haveNameNotMatching("(" + String.join("|", OTHERS) + ")(\\$.*)?")
                .should()
                .accessTargetWhere(startsThreads)
                .check(driftline);
    }
}
