package dev.ragkit.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Carries requests and replies over HTTP/1.1 on plain sockets, so that it can break off anywhere. One thread a connection. */
final class FakeHttp1 implements FakeOpenAi.FakeTransport {
    private static final int BACKLOG = 1_024;

    private final FakeOpenAi server;
    private final ServerSocket listener;
    private final String scheme;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();

    private FakeHttp1(FakeOpenAi server, ServerSocket listener, String scheme) {
        this.server = server;
        this.listener = listener;
        this.scheme = scheme;
    }

    static FakeHttp1 start(FakeOpenAi server) throws IOException {
        return new FakeHttp1(server, new ServerSocket(0, BACKLOG, loopback()), "http").listen();
    }

    static FakeHttp1 startTls(FakeOpenAi server, SSLContext certificates) throws IOException {
        ServerSocket listener = certificates.getServerSocketFactory().createServerSocket(0, BACKLOG, loopback());
        return new FakeHttp1(server, listener, "https").listen();
    }

    private static InetAddress loopback() throws IOException {
        return InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1});
    }

    private FakeHttp1 listen() {
        daemon(this::accept, "fake-openai-" + listener.getLocalPort());
        return this;
    }

    private static void daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public URI uri() {
        String host = scheme.equals("https") ? "localhost" : "127.0.0.1";
        return URI.create(scheme + "://" + host + ":" + listener.getLocalPort());
    }

    @Override
    public int connections() {
        return accepted.get();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                open.add(socket);
                daemon(() -> serve(socket), "fake-openai-" + accepted.incrementAndGet());
            } catch (IOException closed) {
                // Closed, or a client that went away before it was served: the loop's condition tells.
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
            boolean more = true;
            while (more) {
                more = exchange(socket, in);
            }
        } catch (IOException gone) {
            // A client may go away at any time.
        } finally {
            open.remove(socket);
        }
    }

    /** One request and its reply; returns whether the connection goes on. */
    private boolean exchange(Socket socket, InputStream in) throws IOException {
        FakeRequest head = head(in);
        if (head == null) {
            return false;
        }
        FakeSending sending = new FakeSending(server, socket, in);
        FakeReply early = server.early(head);
        if (early != null) {
            return sending.breakOffEarly(early, length(head));
        }
        FakeRequest request = new FakeRequest(
                head.method(), head.path(), head.headers(), new String(body(head, in), StandardCharsets.UTF_8));
        return sending.send(server.answer(request))
                && !request.header("connection").equalsIgnoreCase("close");
    }

    private static int length(FakeRequest head) {
        String length = head.header("content-length");
        return length.isEmpty() ? 0 : Integer.parseInt(length);
    }

    private static byte[] body(FakeRequest head, InputStream in) throws IOException {
        if (!head.header("transfer-encoding").equalsIgnoreCase("chunked")) {
            return in.readNBytes(length(head));
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int size;
        do {
            size = Integer.parseInt(line(in).trim(), 16);
            body.write(in.readNBytes(size));
            line(in);
        } while (size > 0);
        return body.toByteArray();
    }

    private static @Nullable FakeRequest head(InputStream in) throws IOException {
        in.mark(1);
        if (in.read() < 0) {
            return null;
        }
        in.reset();
        String[] first = line(in).split(" ", 3);
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).trim());
        }
        return new FakeRequest(first[0], first[1], headers, "");
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the client went away inside a request");
            }
            line.append((char) next);
        }
        int length = line.length();
        return length > 0 && line.charAt(length - 1) == '\r' ? line.substring(0, length - 1) : line.toString();
    }

    @Override
    public void close() {
        closeQuietly(listener);
        open.forEach(FakeHttp1::closeQuietly);
    }

    private static void closeQuietly(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception ended) {
            // It is closed either way.
        }
    }
}
