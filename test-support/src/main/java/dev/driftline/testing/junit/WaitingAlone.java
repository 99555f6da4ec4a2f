package dev.driftline.testing.junit;

import org.awaitility.Awaitility;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestPlan;

/**
 * Lets nobody fail by another's thread. Unless it is told otherwise, Awaitility fails whoever waits when any thread of the JVM
 * dies; but test classes run side by side in one JVM, and in some of them threads die as they should.
 */
public final class WaitingAlone implements TestExecutionListener {

    @Override
    public void testPlanExecutionStarted(TestPlan plan) {
        Awaitility.doNotCatchUncaughtExceptionsByDefault();
    }
}
