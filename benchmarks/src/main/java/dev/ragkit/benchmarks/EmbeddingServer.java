package dev.ragkit.benchmarks;

import dev.ragkit.testkit.FakeOpenAi;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The fake OpenAI server in a process of its own, so that it takes neither heap nor collector of those that are measured. A server
 * is started for each turn, because it keeps what it receives. For use by one thread.
 */
final class EmbeddingServer implements AutoCloseable {
    private final Process process;
    private final BufferedReader from;
    private final PrintWriter to;

    private EmbeddingServer(Process process) {
        this.process = process;
        this.from = process.inputReader(StandardCharsets.UTF_8);
        this.to = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    }

    /** What a server received in a turn. */
    record Received(int requests, long texts) {}

    static EmbeddingServer start() {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        try {
            return new EmbeddingServer(new ProcessBuilder(
                            java,
                            "-Xmx2g",
                            "-cp",
                            System.getProperty("java.class.path"),
                            EmbeddingServer.class.getName())
                    .redirectError(Redirect.INHERIT)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException("the process of the server did not start", e);
        }
    }

    /** Begins a turn; returns the base URL. */
    String begin() {
        return ask("begin");
    }

    /** Ends the turn. */
    Received end() {
        String[] counts = ask("end").split(" ");
        return new Received(Integer.parseInt(counts[0]), Long.parseLong(counts[1]));
    }

    private String ask(String command) {
        to.println(command);
        try {
            String answer = from.readLine();
            if (answer == null) {
                throw new IllegalStateException("the process of the server has ended");
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException("the process of the server does not answer", e);
        }
    }

    /** Ends the process, which reads the end of its input. */
    @Override
    public void close() {
        to.close();
        process.destroy();
    }

    /**
     * The process of the server.
     *
     * @param words none
     * @throws IOException if the input breaks
     */
    public static void main(String[] words) throws IOException {
        RenderedEmbeddings embeddings = new RenderedEmbeddings();
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        FakeOpenAi server = FakeOpenAi.start();
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            if (command.equals("begin")) {
                server.close();
                server = FakeOpenAi.start().script(embeddings::reply);
                System.out.println(server.baseUrl());
            } else {
                System.out.println(server.requests().size() + " " + embeddings.texts());
            }
        }
        server.close();
    }
}
