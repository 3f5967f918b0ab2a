package dev.ragkit.pgvector;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A relay in front of a server that does to connections what networks do: it cuts, resets, stalls, delays or loses them. It reads
 * the messages that it passes on, so that it can cut at a COMMIT or at the answer to one. Without encryption only.
 *
 * <p>Safe for use by many threads.
 */
final class FaultProxy implements AutoCloseable {
    private static final Pattern SERVER = Pattern.compile("jdbc:postgresql://([^/:]+):(\\d+)/");
    private static final int LARGEST_MESSAGE = 1 << 30;
    private static final byte NO_TYPE = 0;

    /** What happens to every message, until another is set. */
    enum Traffic {
        /** Passed on. */
        PASSES,
        /** Held back, and passed on later. */
        STALLS,
        /** Lost without a sign; the connection it was lost on stays dead. New connections are accepted and hear nothing. */
        IS_LOST
    }

    /** Where messages come from. */
    private enum From {
        CLIENT,
        SERVER
    }

    /** Where a connection can be cut. */
    enum Moment {
        /** The COMMIT does not reach the server. */
        COMMIT(From.CLIENT),
        /** Nor does the server learn that the client is cut off. */
        COMMIT_UNNOTICED(From.CLIENT),
        /** The server has committed, and its answer does not reach the client. */
        ANSWER_TO_COMMIT(From.SERVER);

        private final From from;

        Moment(From from) {
            this.from = from;
        }
    }

    private record Plan(Moment moment, AtomicInteger left) {}

    private final ServerSocket listener;
    private final InetSocketAddress server;
    private final JdbcUrl url;
    private final Set<Relay> relays = ConcurrentHashMap.newKeySet();
    private final AtomicInteger cuts = new AtomicInteger();
    private volatile Traffic traffic = Traffic.PASSES;
    private volatile Duration delay = Duration.ZERO;
    private volatile Plan plan = new Plan(Moment.COMMIT, new AtomicInteger());

    private FaultProxy(ServerSocket listener, InetSocketAddress server, JdbcUrl url) {
        this.listener = listener;
        this.server = server;
        this.url = url;
    }

    /** A relay to the server of a database, on a free port of the loopback address. */
    static FaultProxy to(String jdbcUrl) {
        JdbcUrl url = JdbcUrl.parse(jdbcUrl);
        Matcher matcher = SERVER.matcher(url.server());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("the URL must name a host and a port, was " + url.server());
        }
        try {
            ServerSocket listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
            InetSocketAddress server = new InetSocketAddress(matcher.group(1), Integer.parseInt(matcher.group(2)));
            FaultProxy proxy = new FaultProxy(listener, server, url);
            start("fault-proxy", proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on the loopback address", e);
        }
    }

    /** The same database, through this relay. */
    String jdbcUrl() {
        String here = "jdbc:postgresql://127.0.0.1:" + listener.getLocalPort() + "/";
        Stream<String> parameters = Stream.concat(url.parameters().stream(), Stream.of("sslmode=disable"));
        return new JdbcUrl(here, url.database(), parameters.toList()).toString();
    }

    void traffic(Traffic now) {
        traffic = now;
    }

    /** Holds each burst of messages back for so long. */
    void delay(Duration each) {
        delay = each;
    }

    /** Cuts once, at the n-th such moment from now on; n counts from 1. */
    void cutAt(Moment moment, int nth) {
        plan = new Plan(moment, new AtomicInteger(nth));
    }

    /** How often a connection was cut at a moment that was asked for. */
    int cuts() {
        return cuts.get();
    }

    /** Ends all connections in order, as a server does that goes away. */
    void cut() {
        relays.forEach(Relay::close);
    }

    /** Ends all connections with a reset, as a firewall does. */
    void reset() {
        relays.forEach(Relay::reset);
    }

    /** How many connections there are now. */
    int connections() {
        return relays.size();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            cut();
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                start("fault-proxy-accepted", () -> relay(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void relay(Socket client) {
        Socket upstream = new Socket();
        Relay relay = new Relay(client, upstream);
        relays.add(relay);
        try {
            client.setTcpNoDelay(true);
            if (traffic != Traffic.IS_LOST) {
                upstream.connect(server);
                upstream.setTcpNoDelay(true);
                start("fault-proxy-to-client", () -> relay.pump(upstream, client, From.SERVER));
            }
            relay.pump(client, upstream, From.CLIENT);
        } catch (IOException unreachable) {
            relay.close();
        }
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** One message of the protocol: a type, except for the first one of a client, a length that counts itself, and a body. */
    private record Message(byte type, byte[] body) {
        static Message read(DataInputStream in, byte type) throws IOException {
            int length = in.readInt() - Integer.BYTES;
            if (length < 0 || length > LARGEST_MESSAGE) {
                throw new IOException("not a message of the protocol: " + length + " bytes");
            }
            return new Message(type, in.readNBytes(length));
        }

        void write(DataOutputStream out) throws IOException {
            if (type != NO_TYPE) {
                out.writeByte(type);
            }
            out.writeInt(body.length + Integer.BYTES);
            out.write(body);
        }

        /** The texts at the beginning of the body, each ended by a zero. */
        String[] texts() {
            return new String(body, 0, Math.min(body.length, 100), US_ASCII).split("\0", 3);
        }
    }

    /** One connection. */
    private final class Relay {
        private final Socket client;
        private final Socket upstream;
        private String commit = "none yet";
        private volatile boolean lost;
        private volatile boolean unnoticed;

        Relay(Socket client, Socket upstream) {
            this.client = client;
            this.upstream = upstream;
        }

        void pump(Socket source, Socket to, From from) {
            try {
                DataInputStream in = new DataInputStream(new BufferedInputStream(source.getInputStream()));
                Message first = from == From.CLIENT ? Message.read(in, NO_TYPE) : Message.read(in, in.readByte());
                lost |= !to.isConnected();
                DataOutputStream out =
                        lost ? null : new DataOutputStream(new BufferedOutputStream(to.getOutputStream(), 1 << 16));
                for (Message next = first; ; next = Message.read(in, in.readByte())) {
                    if (isMoment(next, from)) {
                        unnoticed = plan.moment() == Moment.COMMIT_UNNOTICED;
                        cuts.incrementAndGet();
                        return;
                    }
                    if (passes() && out != null) {
                        next.write(out);
                        if (in.available() == 0) {
                            LockSupport.parkNanos(delay.toNanos());
                            out.flush();
                        }
                    }
                }
            } catch (IOException ended) {
                // the other side learns of it below
            } finally {
                holdBack();
                end();
            }
        }

        /** Waits while traffic stalls; false if the message is lost. */
        private boolean passes() {
            holdBack();
            lost |= traffic == Traffic.IS_LOST;
            return !lost;
        }

        private void holdBack() {
            while (traffic == Traffic.STALLS && !listener.isClosed()) {
                LockSupport.parkNanos(1_000_000);
            }
        }

        private boolean isMoment(Message message, From from) {
            return isCommit(message, from)
                    && plan.moment().from == from
                    && plan.left().getAndDecrement() == 1;
        }

        private void end() {
            if (!unnoticed) {
                close();
                return;
            }
            try {
                client.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The driver prepares its COMMIT under a name at some point, and from then on sends the name alone. */
        private boolean isCommit(Message message, From from) {
            String[] texts = message.texts();
            if (from == From.SERVER) {
                return message.type() == 'C' && texts[0].equals("COMMIT");
            }
            if (message.type() == 'P' && texts[1].equals("COMMIT")) {
                commit = texts[0];
            }
            return message.type() == 'B' && texts[1].equals(commit)
                    || message.type() == 'Q' && texts[0].equals("COMMIT");
        }

        void reset() {
            try {
                client.setSoLinger(true, 0);
                upstream.setSoLinger(true, 0);
            } catch (IOException closed) {
                // then there is nothing to reset
            }
            close();
        }

        void close() {
            relays.remove(this);
            try (client;
                    upstream) {
                lost = true;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
