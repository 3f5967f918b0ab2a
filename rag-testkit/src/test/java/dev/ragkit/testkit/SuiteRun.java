package dev.ragkit.testkit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Set;
import java.util.TreeSet;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** One run of a contract suite: which of its tests passed, and which failed. */
record SuiteRun(Set<String> passed, Set<String> failed) {
    static SuiteRun of(Class<?> suite) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(suite))
                .build();
        SuiteRun run = new SuiteRun(new TreeSet<>(), new TreeSet<>());
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                test.getSource()
                        .filter(MethodSource.class::isInstance)
                        .map(MethodSource.class::cast)
                        .ifPresent(method -> run.add(method.getMethodName(), result));
            }
        });
        return run;
    }

    private void add(String test, TestExecutionResult result) {
        (result.getStatus() == TestExecutionResult.Status.SUCCESSFUL ? passed : failed).add(test);
    }

    int tests() {
        return passed.size() + failed.size();
    }
}
