package dev.ragkit;

import java.util.List;

/**
 * What an ingest did, document by document.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class IngestReport {
    /**
     * A document that was not ingested. What the store held of it before, it still holds.
     *
     * @param documentId its id
     * @param cause why; its message says what to do
     */
    public record Failure(String documentId, RuntimeException cause) {
        /**
         * Why, in words.
         *
         * @return the message of the cause
         */
        public String reason() {
            String message = cause.getMessage();
            return message == null ? cause.getClass().getSimpleName() : message;
        }
    }

    private final IngestTally counts;
    private final List<Failure> failures;

    IngestReport(IngestTally tally) {
        counts = tally.copy();
        failures = tally.failures();
    }

    /**
     * Documents that the store did not hold.
     *
     * @return their number
     */
    public long added() {
        return counts.added;
    }

    /**
     * Documents that the store held in another version.
     *
     * @return their number
     */
    public long updated() {
        return counts.updated;
    }

    /**
     * Documents that the store held in this very version; nothing was embedded or written for them.
     *
     * @return their number
     */
    public long unchanged() {
        return counts.unchanged;
    }

    /**
     * Documents that the store held in this version but with chunks missing, which were put back.
     *
     * @return their number
     */
    public long restored() {
        return counts.restored;
    }

    /**
     * Documents removed because the source no longer has them.
     *
     * @return their number
     */
    public long deleted() {
        return counts.deleted;
    }

    /**
     * Documents that were not ingested, each with the reason.
     *
     * @return unmodifiable; empty if all went well
     */
    public List<Failure> failures() {
        return failures;
    }

    /**
     * Documents looked at so far.
     *
     * @return the sum of added, updated, unchanged, restored and failed
     */
    public long documents() {
        return counts.added + counts.updated + counts.unchanged + counts.restored + failures.size();
    }

    /**
     * Chunks that were embedded, which is what costs.
     *
     * @return their number
     */
    public long embedded() {
        return counts.embedded;
    }

    /**
     * Tokens that embedding took.
     *
     * @return the sum over all calls; {@link TokenUsage#NONE} where the model does not count
     */
    public TokenUsage usage() {
        return counts.usage;
    }

    @Override
    public String toString() {
        return "IngestReport[added=" + added() + ", updated=" + updated() + ", unchanged=" + unchanged() + ", restored="
                + restored() + ", deleted=" + deleted() + ", failed=" + failures.size() + ", embedded=" + embedded()
                + "]";
    }
}
