package dev.ragkit.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.ragkit.pgvector.TestPostgres;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the figures were measured on. */
final class Machine {
    private Machine() {}

    /** Lines for the head of a table, with the load that other work made at the start. */
    static List<String> about(TestPostgres server, Arguments arguments) {
        return about(
                ", PostgreSQL " + server.serverVersion().replaceAll(" .*", "") + ", pgvector "
                        + server.extensionVersion(),
                arguments);
    }

    /** The same where no database is asked. */
    static List<String> about(Arguments arguments) {
        return about("", arguments);
    }

    private static List<String> about(String database, Arguments arguments) {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        String machine = String.format(
                Locale.ROOT,
                "%d cores, %.0f GiB, %s, Java %s%s",
                system.getAvailableProcessors(),
                Math.ceil(system.getTotalMemorySize() / (1024.0 * 1024 * 1024)),
                distribution(),
                Runtime.version().feature(),
                database);
        String run = String.format(
                Locale.ROOT,
                "%s, load average %.1f at the start%s",
                LocalDate.now(ZoneOffset.UTC),
                system.getSystemLoadAverage(),
                arguments.quick() ? ", quick run: not to be quoted" : "");
        return List.of(machine, run);
    }

    private static String distribution() {
        try {
            return Files.readAllLines(Path.of("/etc/os-release")).stream()
                    .filter(line -> line.startsWith("PRETTY_NAME="))
                    .map(line -> line.substring(12).replace("\"", "").replaceAll(" \\(.*", ""))
                    .findFirst()
                    .orElse(System.getProperty("os.name"));
        } catch (IOException e) {
            return System.getProperty("os.name");
        }
    }

    /** A server for searches: everything fits its buffers, nothing runs beside. The planner's settings are the stock ones. */
    static TestPostgres forSearches() {
        Map<String, String> settings = sizes();
        settings.put("autovacuum", "off");
        return server(settings);
    }

    /** A server for writing: commits wait for the disk, as they do for users. */
    static TestPostgres forWriting() {
        Map<String, String> settings = sizes();
        settings.put("fsync", "on");
        return server(settings);
    }

    private static Map<String, String> sizes() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("shared_buffers", "3GB");
        settings.put("maintenance_work_mem", "3GB");
        settings.put("max_wal_size", "16GB");
        settings.put("checkpoint_timeout", "30min");
        return settings;
    }

    private static TestPostgres server(Map<String, String> settings) {
        return System.getenv("RAG_TEST_JDBC_URL") == null ? TestPostgres.start(settings) : TestPostgres.shared();
    }
}
