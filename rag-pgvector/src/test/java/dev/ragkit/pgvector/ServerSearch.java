package dev.ragkit.pgvector;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds a server for the tests, in a fixed order of ways; where none is left, it fails and names them. */
final class ServerSearch {

    /** The environment variable that names a server to use. */
    static final String URL_VARIABLE = "RAG_TEST_JDBC_URL";

    private final List<String> reasons = new ArrayList<>();

    /** Returns a running server: a given one, one in Docker, or one of this machine's own programs. */
    TestServer server() {
        String given = System.getenv(URL_VARIABLE);
        if (given != null && !given.isBlank()) {
            return new GivenServer(JdbcUrl.parse(given));
        }
        return inDocker().orElseGet(() -> ProcessCluster.start(binaries(), Map.of()));
    }

    /** Returns this machine's server programs; installs them where the project's script can. */
    PostgresBinaries binaries() {
        Optional<PostgresBinaries> found = PostgresBinaries.find(reasons::add);
        if (found.isPresent()) {
            return found.get();
        }
        Optional<String> obstacle = InstallScript.obstacle();
        if (obstacle.isPresent()) {
            reasons.add(InstallScript.PATH + ": " + obstacle.get());
            throw new IllegalStateException(ways(reasons));
        }
        InstallScript.run();
        return PostgresBinaries.find(reasons::add).orElseThrow(() -> new IllegalStateException(ways(reasons)));
    }

    private Optional<TestServer> inDocker() {
        if (!DockerEngine.answers()) {
            reasons.add("no Docker engine answers");
            return Optional.empty();
        }
        try {
            return Optional.of(DockerCluster.start());
        } catch (NoClassDefFoundError e) {
            return withoutDocker("Testcontainers is not on the class path");
        } catch (IllegalStateException e) {
            return withoutDocker("the container did not start: " + e.getMessage());
        }
    }

    private Optional<TestServer> withoutDocker(String reason) {
        reasons.add("a Docker engine answers, but " + reason);
        System.err.println("test server: " + reasons.get(reasons.size() - 1));
        return Optional.empty();
    }

    static String ways(List<String> reasons) {
        return """
                the tests need a PostgreSQL with pgvector %s or newer and found none. Do one of these:
                1. set the environment variable %s to jdbc:postgresql://host:port/database?user=name&password=word of a \
                superuser
                2. start a Docker engine
                3. install the PostgreSQL server programs and pgvector, with pg_config on PATH
                4. on Debian or Ubuntu run %s as root
                What was found: %s""".formatted(
                        PostgresBinaries.OLDEST_PGVECTOR,
                        URL_VARIABLE,
                        InstallScript.PATH,
                        reasons.isEmpty() ? "no pg_config" : String.join("; ", reasons));
    }
}
