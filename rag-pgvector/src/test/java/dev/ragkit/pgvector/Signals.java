package dev.ragkit.pgvector;

import java.util.ArrayList;
import java.util.List;

/** Signals to the processes of a server. */
final class Signals {
    private Signals() {}

    /** Sends a signal to every process of the server, the first one last, so that it starts no other meanwhile. */
    static void send(TestPostgres server, String name) {
        ProcessHandle first = ProcessHandle.of(server.pid()).orElseThrow();
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", "kill -" + name + " \"$@\" 2>/dev/null; true", "kill"));
        first.descendants().forEach(each -> command.add(Long.toString(each.pid())));
        command.add(Long.toString(first.pid()));
        Command.output(new ProcessBuilder(command));
    }
}
