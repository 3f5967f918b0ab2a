package dev.ragkit.pgvector;

import java.util.List;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * The different texts of statements that one database has seen, as {@code pg_stat_statements} has them: with constants left out,
 * and nothing else made alike. What this class itself asks is not among them, nor what the driver says by itself.
 */
final class StatementTexts {
    private static final String LIST = """
            SELECT DISTINCT s.query FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
            WHERE d.datname = current_database() AND s.query NOT LIKE '%pg_stat_statements%' ORDER BY 1""";

    private static final Pattern OF_THE_DRIVER =
            Pattern.compile("(?s)(BEGIN|COMMIT|ROLLBACK|SET (?!TRANSACTION)|SHOW |SELECT (t|pg_type)\\.oid).*");

    private final DataSource dataSource;

    private StatementTexts(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** Starts to look at a database, which has to be the test's own. */
    static StatementTexts of(DataSource dataSource) {
        TestCollection.execute(dataSource, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
        return new StatementTexts(dataSource);
    }

    /** Whether the store sends the text, and not the driver for it: transactions, the session's settings, types. */
    static boolean isOurs(String text) {
        return !OF_THE_DRIVER.matcher(text).matches();
    }

    List<String> list() {
        return TestCollection.query(dataSource, LIST).stream()
                .filter(StatementTexts::isOurs)
                .toList();
    }
}
