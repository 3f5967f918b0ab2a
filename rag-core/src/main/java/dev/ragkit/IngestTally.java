package dev.ragkit;

import dev.ragkit.IngestReport.Failure;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** The counts of one ingest while it runs. For use by one thread. */
final class IngestTally {
    long added;
    long updated;
    long unchanged;
    long restored;
    long deleted;
    long embedded;
    TokenUsage usage = TokenUsage.NONE;
    private Failure[] failures = new Failure[8];
    private int failed;

    void fail(Failure failure) {
        if (failed == failures.length) {
            failures = Arrays.copyOf(failures, 2 * failed);
        }
        failures[failed++] = failure;
    }

    /**
     * The failures so far, without a copy: what a report has got is never written again, only what comes after it. A report after
     * each group would otherwise copy all failures so many times.
     */
    List<Failure> failures() {
        return Collections.unmodifiableList(Arrays.asList(failures).subList(0, failed));
    }

    /** The counts alone. */
    IngestTally copy() {
        IngestTally copy = new IngestTally();
        copy.added = added;
        copy.updated = updated;
        copy.unchanged = unchanged;
        copy.restored = restored;
        copy.deleted = deleted;
        copy.embedded = embedded;
        copy.usage = usage;
        return copy;
    }
}
