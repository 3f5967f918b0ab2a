package dev.ragkit.benchmarks;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What the server and the socket take: sends requests that were made before, and reads the replies without looking into them. No
 * client can be faster, one request after the other.
 *
 * @param requestTexts how many texts a request has
 */
record BareEmbedding(int requestTexts) implements EmbeddingClient {
    @Override
    public String name() {
        return "bytes only";
    }

    @Override
    public Session open(String baseUrl, List<String> texts) {
        URI uri = URI.create(baseUrl);
        try {
            Socket socket = new Socket(uri.getHost(), uri.getPort());
            socket.setTcpNoDelay(true);
            return new Bytes(socket, requests(texts));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<byte[]> requests(List<String> texts) {
        List<byte[]> requests = new ArrayList<>();
        for (int from = 0; from < texts.size(); from += requestTexts) {
            List<String> some = texts.subList(from, Math.min(texts.size(), from + requestTexts));
            String body = "{\"model\":\"text-embedding-3-small\",\"encoding_format\":\"base64\",\"input\":[\""
                    + String.join("\",\"", some) + "\"]}";
            requests.add(("POST /v1/embeddings HTTP/1.1\r\nhost: localhost\r\ncontent-length: " + body.length()
                            + "\r\n\r\n" + body)
                    .getBytes(StandardCharsets.ISO_8859_1));
        }
        return requests;
    }

    /** One connection. */
    private static final class Bytes implements Session {
        private final Socket socket;
        private final List<byte[]> requests;
        private final byte[] buffer = new byte[1 << 16];

        Bytes(Socket socket, List<byte[]> requests) {
            this.socket = socket;
            this.requests = requests;
        }

        @Override
        public Object embed() {
            long read = 0;
            try {
                InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
                for (byte[] request : requests) {
                    socket.getOutputStream().write(request);
                    read += reply(in);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return read;
        }

        private long reply(InputStream in) throws IOException {
            long left = length(in);
            long all = left;
            while (left > 0) {
                int count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (count < 0) {
                    throw new IOException("the server went away");
                }
                left -= count;
            }
            return all;
        }

        private static long length(InputStream in) throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.read());
            }
            String length = head.toString().replaceAll("(?is).*content-length: *(\\d+).*", "$1");
            return Long.parseLong(length);
        }

        @Override
        public boolean isRight(Object embedded, int count, float[] first) {
            return true;
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
