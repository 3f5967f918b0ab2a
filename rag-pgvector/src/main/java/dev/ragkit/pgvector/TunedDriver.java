package dev.ragkit.pgvector;

import dev.ragkit.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;

/** New connections by the driver, with our defaults for what the URL does not say. The table is at {@link PgVectorDataSource}. */
final class TunedDriver extends PGSimpleDataSource {
    private static final long serialVersionUID = 1L;

    private final transient Properties url;
    private transient volatile boolean readOnlyByChoice;

    TunedDriver(String jdbcUrl, Properties url) {
        this.url = url;
        setUrl(jdbcUrl);
        unlessGiven(PGProperty.CONNECT_TIMEOUT, "3");
        unlessGiven(PGProperty.LOGIN_TIMEOUT, "10");
        unlessGiven(PGProperty.SOCKET_TIMEOUT, "300");
        unlessGiven(PGProperty.CANCEL_SIGNAL_TIMEOUT, "2");
        unlessGiven(PGProperty.TCP_KEEP_ALIVE, "true");
        unlessGiven(PGProperty.LOG_SERVER_ERROR_DETAIL, "false");
        if (hosts().length > 1) {
            unlessGiven(PGProperty.TARGET_SERVER_TYPE, "primary");
            unlessGiven(PGProperty.HOST_RECHECK_SECONDS, "2");
        }
    }

    private void unlessGiven(PGProperty property, String value) {
        if (!isGiven(property)) {
            setProperty(property, value);
        }
    }

    private boolean isGiven(PGProperty property) {
        return url.getProperty(property.getName()) != null;
    }

    private String[] hosts() {
        return url.getProperty(PGProperty.PG_HOST.getName(), "").split(",", -1);
    }

    /**
     * Sets the login and tries it; a server that cannot be reached, or not yet, may come later. Behind a pooler nothing is to be
     * prepared, the pool's own look at its connections included.
     */
    void logIn(String user, String password, String applicationName) {
        if (!user.isEmpty() && !isGiven(PGProperty.USER)) {
            setUser(user);
        }
        if (!password.isEmpty() && !isGiven(PGProperty.PASSWORD)) {
            setPassword(password);
        }
        unlessGiven(PGProperty.APPLICATION_NAME, applicationName);
        try (Connection connection = getConnection()) {
            if (Pooler.isBetween(connection)) {
                unlessGiven(PGProperty.PREPARE_THRESHOLD, "0");
            }
        } catch (SQLException e) {
            StoreException refused = SqlErrors.translate(e, "opening a pool to " + where());
            if (!refused.isTransient()) {
                throw refused;
            }
        }
    }

    @Override
    public Connection getConnection(@Nullable String user, @Nullable String password) throws SQLException {
        Connection connection = super.getConnection(user, password);
        PGConnection driver = connection.unwrap(PGConnection.class);
        readOnlyByChoice = "on".equals(driver.getParameterStatus("default_transaction_read_only"))
                && "off".equals(driver.getParameterStatus("in_hot_standby"));
        return connection;
    }

    /**
     * Whether the role, the database or a server that is no standby is set to read only, as the last login found it. From version 14
     * on a server tells with the login; of an older one it is taken not to be so.
     */
    boolean isReadOnlyByChoice() {
        return readOnlyByChoice;
    }

    /** The pool would put its own there, which is one for the wait and not for the login. */
    @Override
    public void setLoginTimeout(int seconds) {}

    /** Hosts and database, for people to read. */
    String where() {
        return String.join(",", hosts()) + "/" + url.getProperty(PGProperty.PG_DBNAME.getName(), "");
    }
}
