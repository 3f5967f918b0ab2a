package dev.ragkit.pgvector;

import java.sql.SQLException;
import org.postgresql.util.PGobject;

/**
 * Text as a parameter of a type that JDBC does not know. The server reads it once as that type, where it would read a plain string
 * again for each row; and a parameter without any type would make the driver ask for it first, and then tear statements of
 * one text apart.
 */
final class Typed {
    private Typed() {}

    static PGobject of(String type, String value) throws SQLException {
        PGobject parameter = new PGobject();
        parameter.setType(type);
        parameter.setValue(value);
        return parameter;
    }
}
