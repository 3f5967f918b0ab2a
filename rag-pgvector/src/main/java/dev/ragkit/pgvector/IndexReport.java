package dev.ragkit.pgvector;

import java.util.List;

/**
 * What {@link PgVectorSchema#buildIndex} did. Immutable.
 *
 * @param built the names of the indexes that were put in place, in the order in which that was done; none where all were there
 *     already
 * @param notes sentences for people who look after the database: a build that had to do with less, faults of the installed
 *     version of pgvector; none where there is nothing to say
 */
public record IndexReport(List<String> built, List<String> notes) {
    /**
     * Keeps copies of both lists.
     *
     * @param built the names of the indexes that were put in place
     * @param notes sentences for people who look after the database
     */
    public IndexReport {
        built = List.copyOf(built);
        notes = List.copyOf(notes);
    }
}
