package dev.ragkit.pgvector;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A cluster in a temporary folder, served by a process of this machine on a free port of the loopback address. Its
 * settings are the stock ones except those of {@link #settings}. It ends, and its folder goes, with this JVM.
 */
final class ProcessCluster implements TestServer {

    /** Sorts by code point, and knows upper and lower case of all letters. */
    static final String LOCALE = "C.UTF-8";

    static final int MAX_CONNECTIONS = 200;

    static final String LOOPBACK = "127.0.0.1";

    private static final String PID_FILE = "data/postmaster.pid";
    private static final int START_ATTEMPTS = 3;
    private static final int START_SECONDS = 60;
    private static final int POLL_MILLIS = 10;

    private final PostgresBinaries binaries;
    private final OrdinaryUser user;
    private final Watchdog watchdog;
    private final AtomicBoolean closed = new AtomicBoolean();
    private Process server;
    private int port;

    private ProcessCluster(PostgresBinaries binaries, OrdinaryUser user, Watchdog watchdog) {
        this.binaries = binaries;
        this.user = user;
        this.watchdog = watchdog;
    }

    static ProcessCluster start(PostgresBinaries binaries, Map<String, String> settings) {
        return start(binaries, cluster -> cluster.create(settings));
    }

    /** Starts a server that follows this one: a copy of its files, and then what it writes, as it writes it. */
    ProcessCluster startStandby() {
        return start(binaries, standby -> standby.copy(this));
    }

    /** How the files of a cluster come into being. */
    private interface Origin {
        void make(ProcessCluster cluster) throws IOException;
    }

    private static ProcessCluster start(PostgresBinaries binaries, Origin origin) {
        try {
            OrdinaryUser user = OrdinaryUser.owning(Files.createTempDirectory("rag-postgres-"));
            ProcessCluster cluster = new ProcessCluster(binaries, user, Watchdog.over(user, PID_FILE, "QUIT"));
            Runtime.getRuntime().addShutdownHook(new Thread(cluster::close, "stop-test-postgres"));
            boolean started = false;
            try {
                origin.make(cluster);
                cluster.serve();
                started = true;
            } finally {
                if (!started) {
                    cluster.close();
                }
            }
            return cluster;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start PostgreSQL from " + binaries.programs(), e);
        }
    }

    private void create(Map<String, String> settings) throws IOException {
        Command.output(user.program(
                binaries.program("initdb").toString(),
                "--pgdata=" + dataDirectory(),
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=" + LOCALE,
                "--no-sync"));
        Map<String, String> all = settings();
        all.putAll(settings);
        configure(all);
    }

    /** What the settings of the other server say stays in force, but for where this one puts its socket. */
    private void copy(ProcessCluster primary) throws IOException {
        Command.output(user.program(
                binaries.program("pg_basebackup").toString(),
                "--pgdata=" + dataDirectory(),
                "--host=" + LOOPBACK,
                "--port=" + primary.port,
                "--username=postgres",
                "--checkpoint=fast",
                "--wal-method=stream",
                "--write-recovery-conf",
                "--no-sync"));
        configure(Map.of("unix_socket_directories", user.folder().toString()));
    }

    private void configure(Map<String, String> settings) throws IOException {
        List<String> lines = settings.entrySet().stream()
                .map(each -> each.getKey() + " = '" + each.getValue().replace("'", "''") + "'")
                .toList();
        Files.write(dataDirectory().resolve("postgresql.conf"), lines, StandardOpenOption.APPEND);
    }

    /** Nothing here changes how a statement is planned. */
    private Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("listen_addresses", LOOPBACK);
        settings.put("unix_socket_directories", user.folder().toString());
        settings.put("fsync", "off");
        settings.put("max_connections", Integer.toString(MAX_CONNECTIONS));
        if (binaries.hasExtension("pg_stat_statements")) {
            settings.put("shared_preload_libraries", "pg_stat_statements");
        }
        return settings;
    }

    /** Another process can take the free port before PostgreSQL has it, hence the attempts. */
    private void serve() throws IOException {
        for (int attempt = 1; ; attempt++) {
            port = freePort();
            server = user.program(
                            binaries.program("postgres").toString(),
                            "-D",
                            dataDirectory().toString(),
                            "-p",
                            Integer.toString(port))
                    .redirectErrorStream(true)
                    .redirectOutput(log().toFile())
                    .start();
            if (becomesReady()) {
                return;
            }
            String log = Files.readString(log());
            if (attempt == START_ATTEMPTS || !log.contains("Address already in use")) {
                throw new IllegalStateException("PostgreSQL of " + binaries.programs() + " did not start:\n" + log);
            }
        }
    }

    private boolean becomesReady() throws IOException {
        try {
            long turns = START_SECONDS * 1_000L / POLL_MILLIS;
            for (long turn = 0; turn < turns; turn++) {
                if (server.waitFor(POLL_MILLIS, MILLISECONDS)) {
                    return false;
                }
                if (isReady()) {
                    return true;
                }
            }
            return false;
        } catch (InterruptedException e) {
            throw Command.interrupted(e);
        }
    }

    /** The server writes its state to the eighth line of its pid file. */
    private boolean isReady() throws IOException {
        Path file = user.folder().resolve(PID_FILE);
        if (!Files.exists(file)) {
            return false;
        }
        List<String> lines = Files.readAllLines(file);
        return lines.size() >= 8 && lines.get(7).startsWith("ready");
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
            return socket.getLocalPort();
        }
    }

    /** What the server has said. */
    Path log() {
        return user.folder().resolve("server.log");
    }

    Path dataDirectory() {
        return user.folder().resolve("data");
    }

    long pid() {
        return server.pid();
    }

    @Override
    public JdbcUrl url() {
        return new JdbcUrl("jdbc:postgresql://" + LOOPBACK + ":" + port + "/", "postgres", List.of())
                .withLogin("postgres", "x");
    }

    @Override
    public String origin() {
        return binaries.programs().toString();
    }

    @Override
    public boolean outlivesTheTests() {
        return false;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            watchdog.close();
        }
    }
}
