package dev.ragkit.pgvector;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Asks whether a Docker engine answers, before Testcontainers is touched: where there is none, Testcontainers takes
 * seconds and prints stack traces to find that out.
 */
final class DockerEngine {

    private static final int PATIENCE_MILLIS = 1_000;
    private static final int DEFAULT_PORT = 2375;

    private DockerEngine() {}

    /** Returns whether an engine answers at {@code DOCKER_HOST}, or else at one of the usual sockets; within 1 s. */
    static boolean answers() {
        return answersAtAny(endpoints());
    }

    static boolean answersAtAny(Stream<URI> endpoints) {
        FutureTask<Boolean> question = new FutureTask<>(() -> endpoints.anyMatch(DockerEngine::answersAt));
        Thread thread = new Thread(question, "docker-ping");
        thread.setDaemon(true);
        thread.start();
        try {
            return question.get(PATIENCE_MILLIS, MILLISECONDS);
        } catch (TimeoutException e) {
            question.cancel(true);
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("cannot ask for a Docker engine", e.getCause());
        } catch (InterruptedException e) {
            throw Command.interrupted(e);
        }
    }

    private static Stream<URI> endpoints() {
        String given = System.getenv("DOCKER_HOST");
        if (given != null && !given.isBlank()) {
            return Stream.of(URI.create(given));
        }
        String home = System.getProperty("user.home");
        String runtime = System.getenv().getOrDefault("XDG_RUNTIME_DIR", "/run/user/0");
        return Stream.of(
                        Path.of("/var/run/docker.sock"),
                        Path.of(runtime, "docker.sock"),
                        Path.of(home, ".docker", "run", "docker.sock"),
                        Path.of(home, ".docker", "desktop", "docker.sock"))
                .filter(Files::exists)
                .map(socket -> URI.create("unix://" + socket));
    }

    private static boolean answersAt(URI endpoint) {
        try {
            return "unix".equals(endpoint.getScheme()) ? answersPing(Path.of(endpoint.getPath())) : listens(endpoint);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean answersPing(Path socket) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(US_ASCII.encode("GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n"));
            ByteBuffer answer = ByteBuffer.allocate("HTTP/1.0 200".length());
            while (answer.hasRemaining() && channel.read(answer) >= 0) {
                // the status line may come in pieces
            }
            return US_ASCII.decode(answer.flip()).toString().endsWith(" 200");
        }
    }

    private static boolean listens(URI endpoint) throws IOException {
        int port = endpoint.getPort() < 0 ? DEFAULT_PORT : endpoint.getPort();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(endpoint.getHost(), port), PATIENCE_MILLIS);
            return true;
        }
    }
}
