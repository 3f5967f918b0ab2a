package dev.ragkit.pgvector;

/**
 * How far the build of an index is, as the server tells it ({@code pg_stat_progress_create_index}). Immutable.
 *
 * @param phase what the server does now, such as {@code building index: loading tuples} or {@code waiting for writers before
 *     build}
 * @param blocks of the table, in pages of 8 KB, in this phase
 * @param rows in this phase
 */
public record IndexProgress(String phase, Work blocks, Work rows) {
    /**
     * An amount of work.
     *
     * @param done so far
     * @param total in all, or 0 where the server does not say
     */
    public record Work(long done, long total) {}
}
