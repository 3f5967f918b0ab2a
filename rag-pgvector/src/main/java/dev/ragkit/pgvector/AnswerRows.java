package dev.ragkit.pgvector;

import dev.ragkit.Answer;
import dev.ragkit.Embedding;
import dev.ragkit.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** The rows of cached answers about the documents of one collection. Always on the primary: what is kept depends on what is found. */
final class AnswerRows {
    private final PgVectorStore.Place place;
    private final String find;
    private final String keep;
    private final String vectorType;

    AnswerRows(PgVectorStore.Place place, CacheSql sql, Extension extension) {
        this.place = place;
        this.find = place.tenantSetting().naming(sql.findAnswer(place.tables(), extension));
        this.keep = sql.keepAnswer(extension);
        this.vectorType = extension.type(VectorType.VECTOR);
    }

    /**
     * A question.
     *
     * @param about digest of what else decides the answer
     * @param text digest of its text
     */
    record Question(String about, String text, Embedding embedding) {}

    /** What the documents are now, and the answer to the nearest question about them with its similarity, if there is any. */
    record Found(String version, Optional<Answer> answer, double similarity) {}

    Found find(Question question, Duration maxAge) {
        return place.routing().readToWrite("finding an answer", connection -> {
            VectorParameter.register(connection, vectorType);
            return place.tenantSetting().read(connection, place.tenant(), find, (statement, parameters) -> {
                parameters
                        .text(place.tenant())
                        .vector(new VectorParameter(question.embedding, VectorType.VECTOR, vectorType))
                        .text(place.tenant())
                        .text(question.about)
                        .number(PgVectorCacheSchema.seconds(maxAge));
                return found(statement);
            });
        });
    }

    private Found found(PreparedStatement statement) throws SQLException {
        try (ResultSet row = place.tenantSetting().rows(statement)) {
            row.next();
            String json = row.getString(2);
            return new Found(
                    row.getString(1), json == null ? Optional.empty() : Optional.of(read(json)), 1 - row.getDouble(3));
        }
    }

    private static Answer read(String json) {
        try {
            return AnswerJson.read(json);
        } catch (IllegalArgumentException e) {
            throw new StoreException("an answer in the table " + CacheTables.ANSWERS + " cannot be read, "
                    + e.getMessage() + ": somebody changed it by hand, or another version of the library; empty it");
        }
    }

    void keep(Question question, String version, Answer answer) {
        String json = AnswerJson.write(answer);
        place.routing().write("keeping an answer", connection -> keep(connection, question, version, json));
    }

    private int keep(Connection connection, Question question, String version, String json) throws SQLException {
        VectorParameter.register(connection, vectorType);
        try (PreparedStatement statement = connection.prepareStatement(keep)) {
            new Parameters(statement)
                    .text(place.tenant())
                    .text(question.about)
                    .text(question.text)
                    .text(version)
                    .vector(new VectorParameter(question.embedding, VectorType.VECTOR, vectorType))
                    .text(json);
            return statement.executeUpdate();
        }
    }
}
