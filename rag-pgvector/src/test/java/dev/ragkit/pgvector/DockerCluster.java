package dev.ragkit.pgvector;

import org.testcontainers.containers.ContainerFetchException;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/** A server in a container; Testcontainers removes it also when this JVM is killed. */
final class DockerCluster implements TestServer {

    private static final String IMAGE = "pgvector/pgvector:pg17";

    /** A container has 64 MB of shared memory unless told, too little for a parallel index build. */
    private static final long SHARED_MEMORY_BYTES = 1L << 30;

    private final PostgreSQLContainer container;

    private DockerCluster(PostgreSQLContainer container) {
        this.container = container;
    }

    /** Returns the server once it is ready; an IllegalStateException says why the container does not run. */
    static DockerCluster start() {
        PostgreSQLContainer container = container();
        try {
            container.start();
        } catch (ContainerFetchException | ContainerLaunchException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        return new DockerCluster(container);
    }

    private static PostgreSQLContainer container() {
        return new PostgreSQLContainer(DockerImageName.parse(IMAGE).asCompatibleSubstituteFor("postgres"))
                .withDatabaseName("postgres")
                .withUsername("postgres")
                .withPassword("x")
                .withEnv("POSTGRES_INITDB_ARGS", "--encoding=UTF8 --locale=" + ProcessCluster.LOCALE)
                .withSharedMemorySize(SHARED_MEMORY_BYTES)
                .withCommand(
                        "postgres",
                        "-c",
                        "fsync=off",
                        "-c",
                        "max_connections=" + ProcessCluster.MAX_CONNECTIONS,
                        "-c",
                        "shared_preload_libraries=pg_stat_statements");
    }

    @Override
    public JdbcUrl url() {
        return JdbcUrl.parse(container.getJdbcUrl()).withLogin(container.getUsername(), container.getPassword());
    }

    @Override
    public String origin() {
        return "the Docker image " + IMAGE;
    }

    @Override
    public boolean outlivesTheTests() {
        return false;
    }

    @Override
    public void close() {
        container.stop();
    }
}
