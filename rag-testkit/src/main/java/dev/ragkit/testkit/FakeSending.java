package dev.ragkit.testkit;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/** Sends one reply over HTTP/1.1, up to where it is to break off. */
final class FakeSending {
    private final FakeOpenAi server;
    private final Socket socket;
    private final InputStream in;

    FakeSending(FakeOpenAi server, Socket socket, InputStream in) {
        this.server = server;
        this.socket = socket;
        this.in = in;
    }

    /** Thrown by a body's stream where it has to break off. */
    private static final class BrokenOff extends IOException {
        private static final long serialVersionUID = 1L;
    }

    boolean breakOffEarly(FakeReply reply, int requestLength) throws IOException {
        FakeReply.Fault fault = reply.fault();
        if (fault != null) {
            if (fault.phase() == FakeReply.Phase.REQUEST_BODY) {
                in.readNBytes(requestLength / 2);
            }
            apply(fault.effect());
        }
        return false;
    }

    /** Returns whether the connection goes on. */
    boolean send(FakeReply reply) throws IOException {
        FakeReply.Fault fault = reply.fault();
        if (fault != null && fault.phase() == FakeReply.Phase.RESPONSE_START) {
            apply(fault.effect());
            return false;
        }
        try {
            write(reply);
        } catch (BrokenOff here) {
            return false;
        } catch (IOException gone) {
            server.abandon();
            throw gone;
        }
        if (fault != null && fault.phase() == FakeReply.Phase.RESPONSE_END) {
            apply(fault.effect());
            return false;
        }
        // A client waits for more after such a status.
        return reply.status() >= 200;
    }

    private void write(FakeReply reply) throws IOException {
        BufferedOutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
        boolean bodiless = reply.status() < 200 || Set.of(204, 205, 304).contains(reply.status());
        boolean chunked = !bodiless && !reply.headers().containsKey("content-length");
        StringBuilder head = new StringBuilder("HTTP/1.1 " + reply.status() + " Scripted\r\n");
        reply.headers().forEach((name, value) -> {
            if (!bodiless || !name.toLowerCase(Locale.ROOT).equals("content-length")) {
                head.append(name).append(": ").append(value).append("\r\n");
            }
        });
        if (reply.status() < 200) {
            head.append("connection: close\r\n");
        }
        head.append(
                chunked
                        ? "transfer-encoding: chunked\r\n\r\n"
                        : reply.status() == 205 ? "content-length: 0\r\n\r\n" : "\r\n");
        out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
        if (chunked) {
            out.flush();
        }
        if (!bodiless) {
            OutputStream body = chunked ? new Chunks(out) : out;
            reply.body().writeTo(new Faulty(body, reply));
            if (chunked) {
                out.write("0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            }
        }
        out.flush();
    }

    private void apply(FakeReply.Effect effect) throws IOException {
        switch (effect) {
            case CLOSE -> socket.close();
            case RESET -> {
                socket.setSoLinger(true, 0);
                socket.close();
            }
            case STALL -> awaitClient();
            case HALF_CLOSE -> {
                socket.shutdownOutput();
                awaitClient();
            }
        }
    }

    /** Until the client closes its side, or this server closes. */
    private void awaitClient() {
        try {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException gone) {
            // Closed by either side.
        }
        server.abandon();
    }

    /** Each write is one chunk. */
    private static final class Chunks extends FilterOutputStream {
        Chunks(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (length > 0) {
                out.write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
                out.write(bytes, offset, length);
                out.write("\r\n".getBytes(StandardCharsets.ISO_8859_1));
            }
        }
    }

    /** Counts the bytes of a body and breaks off where its reply says. */
    private final class Faulty extends FilterOutputStream {
        private final FakeReply reply;
        private final long breakAt;
        private long sent;

        Faulty(OutputStream out, FakeReply reply) throws IOException {
            super(out);
            this.reply = reply;
            this.breakAt = breakAt(reply);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (reply.drips() && length > 1) {
                for (int i = 0; i < length; i++) {
                    write(bytes, offset + i, 1);
                    flush();
                }
                return;
            }
            int allowed = (int) Math.min(length, breakAt - sent);
            out.write(bytes, offset, allowed);
            sent += allowed;
            FakeReply.Fault fault = reply.fault();
            if (allowed < length && fault != null) {
                flush();
                apply(fault.effect());
                throw new BrokenOff();
            }
        }
    }

    private static long breakAt(FakeReply reply) throws IOException {
        FakeReply.Fault fault = reply.fault();
        if (fault == null || fault.phase() != FakeReply.Phase.RESPONSE_BODY) {
            return Long.MAX_VALUE;
        }
        return fault.bytes() >= 0 ? fault.bytes() : length(reply) / 2;
    }

    /** Writes the body to nowhere once, to know where its half is. */
    private static long length(FakeReply reply) throws IOException {
        long[] length = {0};
        reply.body().writeTo(new OutputStream() {
            @Override
            public void write(int b) {
                length[0]++;
            }

            @Override
            public void write(byte[] bytes, int offset, int count) {
                length[0] += count;
            }
        });
        return length[0];
    }
}
