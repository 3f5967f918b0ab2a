package dev.ragkit.pgvector;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * A PgBouncer of this machine in front of a test server, as an ordinary user, in a temporary folder, on a free port of the
 * loopback address. Where the program is missing and the project's script cannot install it, it fails and names the script;
 * a test that needs it is never skipped. It ends, and its folder goes, with this JVM.
 */
final class PgBouncer implements AutoCloseable {

    private static final Path DISTRIBUTION_PROGRAM = Path.of("/usr/sbin/pgbouncer");
    private static final String PID_FILE = "pgbouncer.pid";
    private static final int START_ATTEMPTS = 3;
    private static final int START_SECONDS = 20;
    private static final int POLL_MILLIS = 10;

    private final OrdinaryUser user;
    private final Watchdog watchdog;
    private final AtomicBoolean closed = new AtomicBoolean();
    private int port;

    private PgBouncer(OrdinaryUser user) throws IOException {
        this.user = user;
        this.watchdog = Watchdog.over(user, PID_FILE, "TERM");
    }

    /**
     * Starts one with the program's stock settings but for these.
     *
     * @param server where its connections lead
     * @param mode {@code transaction} or {@code session}
     * @param size of its pool
     */
    static PgBouncer start(TestPostgres server, String mode, int size) {
        Path program = program();
        try {
            PgBouncer bouncer = new PgBouncer(OrdinaryUser.owning(Files.createTempDirectory("rag-pgbouncer-")));
            Runtime.getRuntime().addShutdownHook(new Thread(bouncer::close, "stop-pgbouncer"));
            boolean started = false;
            try {
                bouncer.serve(program, server, mode, size);
                started = true;
            } finally {
                if (!started) {
                    bouncer.close();
                }
            }
            return bouncer;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + program, e);
        }
    }

    private static Path program() {
        Optional<Path> found = find();
        if (found.isEmpty() && InstallScript.obstacle().isEmpty()) {
            InstallScript.run();
            found = find();
        }
        return found.orElseThrow(() ->
                new IllegalStateException("this test needs PgBouncer: on Debian or Ubuntu run " + InstallScript.PATH
                        + " as root, elsewhere put pgbouncer on PATH (the script here: "
                        + InstallScript.obstacle().orElse("it did not install it") + ")"));
    }

    private static Optional<Path> find() {
        String path = System.getenv().getOrDefault("PATH", "");
        Stream<Path> onPath = Arrays.stream(path.split(File.pathSeparator))
                .filter(folder -> !folder.isBlank())
                .map(folder -> Path.of(folder, "pgbouncer"));
        return Stream.concat(onPath, Stream.of(DISTRIBUTION_PROGRAM))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private void serve(Path program, TestPostgres server, String mode, int size) throws IOException {
        for (int attempt = 1; ; attempt++) {
            port = ProcessCluster.freePort();
            Path users = write("users.txt", "\"postgres\" \"x\"\n");
            Path settings = write("pgbouncer.ini", """
                    [databases]
                    * = host=%1$s port=%2$s
                    [pgbouncer]
                    listen_addr = %1$s
                    listen_port = %3$d
                    unix_socket_dir =
                    auth_type = trust
                    auth_file = %4$s
                    auth_user = postgres
                    pidfile = %5$s
                    pool_mode = %6$s
                    default_pool_size = %7$d
                    max_client_conn = 200
                    """.formatted(
                            ProcessCluster.LOOPBACK,
                            server.jdbcUrl().replaceFirst("[^:]+:[^:]+://[^:]+:(\\d+)/.*", "$1"),
                            port,
                            users,
                            user.folder().resolve(PID_FILE),
                            mode,
                            size));
            Path log = user.folder().resolve("pgbouncer.log");
            Process process = user.program(program.toString(), settings.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (becomesReady(process)) {
                return;
            }
            if (attempt == START_ATTEMPTS) {
                throw new IllegalStateException(program + " did not start:\n" + Files.readString(log));
            }
        }
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(user.folder().resolve(name), text);
    }

    private boolean becomesReady(Process process) throws IOException {
        try {
            for (int turn = 0; turn < START_SECONDS * 1_000 / POLL_MILLIS; turn++) {
                if (process.waitFor(POLL_MILLIS, MILLISECONDS)) {
                    return false;
                }
                if (answers()) {
                    return true;
                }
            }
            return false;
        } catch (InterruptedException e) {
            throw Command.interrupted(e);
        }
    }

    private boolean answers() throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(ProcessCluster.LOOPBACK, port), 1_000);
            return true;
        } catch (ConnectException | SocketTimeoutException notYet) {
            return false;
        }
    }

    /** The same database, by way of this. */
    String jdbcUrl(String databaseUrl) {
        JdbcUrl direct = JdbcUrl.parse(databaseUrl);
        return new JdbcUrl(
                        "jdbc:postgresql://" + ProcessCluster.LOOPBACK + ":" + port + "/",
                        direct.database(),
                        direct.parameters())
                .toString();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            watchdog.close();
        }
    }
}
