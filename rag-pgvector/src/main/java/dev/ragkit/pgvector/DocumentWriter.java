package dev.ragkit.pgvector;

import dev.ragkit.EmbeddedChunk;
import dev.ragkit.EmbeddedDocument;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Puts documents in and takes them out, each call in one transaction: lock the documents in the order of their ids, copy the new
 * chunks in beside the old ones, then remove the old ones and carry the difference over to the counters.
 */
final class DocumentWriter {
    /** How much goes to the server in one statement. */
    private static final int MAX_DOCUMENTS = 1_000;

    private static final long MAX_CHARACTERS = 16L * 1024 * 1024;

    /** Versions count from 1, so none is kept. */
    private static final Long NO_VERSION = 0L;

    private final Routing routing;
    private final Sql sql;
    private final Definition definition;

    DocumentWriter(Routing routing, Sql sql, Definition definition) {
        this.routing = routing;
        this.sql = sql;
        this.definition = definition;
    }

    void replace(String tenant, List<EmbeddedDocument> documents) {
        Batch batch = Batch.of(documents, definition);
        if (batch.isEmpty()) {
            return;
        }
        routing.write("replacing " + batch, connection -> {
            sql.tenantSetting.enter(connection, tenant);
            Map<String, Long> versions = lockAndUpsert(connection, tenant, batch.documents());
            copy(connection, tenant, batch.documents(), versions);
            swap(connection, tenant, versions);
            return versions.size();
        });
    }

    int delete(String tenant, Collection<String> documentIds) {
        String[] ids = documentIds.stream().filter(Utf8::isStorable).distinct().toArray(String[]::new);
        if (ids.length == 0) {
            return 0;
        }
        return routing.write("deleting documents", connection -> {
            sql.tenantSetting.enter(connection, tenant);
            Map<String, Long> locked = lock(connection, tenant, ids);
            if (!locked.isEmpty()) {
                swap(connection, tenant, locked);
                delete(connection, tenant, locked);
            }
            return locked.size();
        });
    }

    private Map<String, Long> lockAndUpsert(Connection connection, String tenant, List<EmbeddedDocument> ordered)
            throws SQLException {
        Map<String, Long> versions = new HashMap<>();
        List<EmbeddedDocument> slice = new ArrayList<>();
        long characters = 0;
        for (EmbeddedDocument embedded : ordered) {
            if (slice.size() == MAX_DOCUMENTS || characters > MAX_CHARACTERS) {
                upsert(connection, tenant, slice, versions);
                slice.clear();
                characters = 0;
            }
            slice.add(embedded);
            characters += embedded.document().text().length();
        }
        upsert(connection, tenant, slice, versions);
        return versions;
    }

    private void upsert(Connection connection, String tenant, List<EmbeddedDocument> slice, Map<String, Long> versions)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql.upsertDocuments)) {
            statement.setString(1, tenant);
            statement.setArray(
                    2,
                    strings(connection, slice, embedded -> embedded.document().id()));
            statement.setArray(3, strings(connection, slice, EmbeddedDocument::fingerprint));
            statement.setArray(
                    4,
                    strings(connection, slice, embedded -> embedded.document().source()));
            statement.setArray(
                    5,
                    strings(
                            connection,
                            slice,
                            embedded -> MetadataJson.write(embedded.document().metadata())));
            statement.setArray(
                    6,
                    strings(connection, slice, embedded -> embedded.document().text()));
            Integer[] counts =
                    slice.stream().map(embedded -> embedded.chunks().size()).toArray(Integer[]::new);
            statement.setArray(7, connection.createArrayOf("int4", counts));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    versions.put(rows.getString(1), rows.getLong(2));
                }
            }
        }
    }

    private static Array strings(
            Connection connection, List<EmbeddedDocument> slice, Function<EmbeddedDocument, String> value)
            throws SQLException {
        return connection.createArrayOf("text", slice.stream().map(value).toArray());
    }

    private void copy(
            Connection connection, String tenant, List<EmbeddedDocument> documents, Map<String, Long> versions)
            throws SQLException {
        try (ChunkSink sink = sink(connection, tenant)) {
            for (EmbeddedDocument embedded : documents) {
                long version = versions.getOrDefault(embedded.document().id(), 0L);
                for (EmbeddedChunk chunk : embedded.chunks()) {
                    sink.add(chunk, version);
                }
            }
            sink.end();
        }
    }

    private ChunkSink sink(Connection connection, String tenant) throws SQLException {
        return definition.tenancy().isStrict()
                ? new ChunkInsert(connection, sql, tenant, definition.type())
                : new ChunkCopy(connection, sql.copyChunks, tenant, definition.type());
    }

    private Map<String, Long> lock(Connection connection, String tenant, String[] ids) throws SQLException {
        Map<String, Long> locked = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(sql.lockDocuments)) {
            statement.setString(1, tenant);
            statement.setArray(2, connection.createArrayOf("text", ids));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    locked.put(rows.getString(1), NO_VERSION);
                }
            }
        }
        return locked;
    }

    private void swap(Connection connection, String tenant, Map<String, Long> kept) throws SQLException {
        Object[] ids = kept.keySet().toArray();
        List<String> unused = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql.swapChunks)) {
            statement.setArray(1, connection.createArrayOf("text", ids));
            statement.setArray(2, connection.createArrayOf("int8", kept.values().toArray()));
            for (int parameter = 3; parameter <= 8; parameter++) {
                statement.setString(parameter, tenant);
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    unused.add(rows.getString(1));
                }
            }
        }
        if (!unused.isEmpty()) {
            run(connection, sql.dropTerms, tenant, unused.toArray());
        }
    }

    private void delete(Connection connection, String tenant, Map<String, Long> documents) throws SQLException {
        run(connection, sql.deleteDocuments, tenant, documents.keySet().toArray());
    }

    private static void run(Connection connection, String text, String tenant, Object[] keys) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(text)) {
            statement.setString(1, tenant);
            statement.setArray(2, connection.createArrayOf("text", keys));
            statement.executeUpdate();
        }
    }
}
