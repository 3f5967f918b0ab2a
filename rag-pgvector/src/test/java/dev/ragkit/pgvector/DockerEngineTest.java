package dev.ragkit.pgvector;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class DockerEngineTest {

    @TempDir
    private Path folder;

    @Test
    void anEngineThatAnswersThePingIsThere() throws IOException {
        try (ServerSocketChannel engine = listening()) {
            answerOnce(engine, "HTTP/1.0 200 OK\r\n\r\nOK");
            assertThat(DockerEngine.answersAtAny(Stream.of(socket()))).isTrue();
        }
    }

    @Test
    void anEngineThatAnswersWithAnErrorIsNotThere() throws IOException {
        try (ServerSocketChannel engine = listening()) {
            answerOnce(engine, "HTTP/1.0 500 Internal Server Error\r\n\r\n");
            assertThat(DockerEngine.answersAtAny(Stream.of(socket()))).isFalse();
        }
    }

    @Test
    void aSocketWithoutAnEngineIsNotThere() throws IOException {
        listening().close();
        assertThat(DockerEngine.answersAtAny(Stream.of(socket()))).isFalse();
        assertThat(DockerEngine.answersAtAny(Stream.of(URI.create("tcp://127.0.0.1:1"))))
                .isFalse();
    }

    @Test
    @Timeout(10)
    void anEngineThatIsSilentIsGivenUpWithinTwoSeconds() throws IOException {
        try (ServerSocketChannel engine = listening()) {
            long start = System.nanoTime();
            assertThat(DockerEngine.answersAtAny(Stream.of(socket()))).isFalse();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
            assertThat(engine.isOpen()).isTrue();
        }
    }

    private URI socket() {
        return URI.create("unix://" + folder.resolve("docker.sock"));
    }

    private ServerSocketChannel listening() throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(folder.resolve("docker.sock")));
    }

    private static void answerOnce(ServerSocketChannel engine, String answer) {
        Thread thread = new Thread(() -> {
            try (SocketChannel channel = engine.accept()) {
                channel.read(ByteBuffer.allocate(1024));
                channel.write(US_ASCII.encode(answer));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
