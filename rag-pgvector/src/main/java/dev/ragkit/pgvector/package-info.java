/**
 * Documents, vectors and words in PostgreSQL with the extension pgvector. {@link dev.ragkit.pgvector.PgVectorSchema} prints or
 * applies the tables of a collection, {@link dev.ragkit.pgvector.PgVectorStore} works on them.
 */
@NullMarked
package dev.ragkit.pgvector;

import org.jspecify.annotations.NullMarked;
