package dev.ragkit.examples.quickstart;

import java.time.Duration;

/**
 * How long an answer took.
 *
 * @param load the model, and the connection to the database
 * @param ingest all documents
 * @param answer the search and the answer
 * @param total everything since the program began
 */
record Timings(Duration load, Duration ingest, Duration answer, Duration total) {}
