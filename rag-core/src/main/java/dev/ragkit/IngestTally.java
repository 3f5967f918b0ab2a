package dev.ragkit;

import java.util.ArrayList;
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
    final List<IngestReport.Failure> failures = new ArrayList<>();

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
