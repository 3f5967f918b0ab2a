package dev.ragkit.openai;

import dev.ragkit.ModelException;
import dev.ragkit.RagException.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Says what went wrong with one request, and whether trying again may help: after a connection that broke, a time that passed, or a
 * status that stands for an overload or outage. For use by one thread.
 */
final class Failures {
    private static final int MAX_MESSAGE = 2 << 10;

    private final Ask ask;
    private final Endpoint endpoint;
    private final String key;
    private @Nullable String requestId;

    Failures(Ask ask, Endpoint endpoint, String key) {
        this.ask = ask;
        this.endpoint = endpoint;
        this.key = key;
    }

    /** A reply has begun. */
    void replied(ReplyHeaders headers) {
        requestId = headers.requestId();
    }

    CancellationException cancelled() {
        return new CancellationException(who() + " was cancelled");
    }

    /** A reply with a bad status. */
    ModelException of(ServerError error, ReplyHeaders headers) {
        replied(headers);
        Kind retry = kind(headers.isTransient(error));
        Duration wait = headers.retryAfter();
        ModelException.Builder failure =
                builder(says(error) + advice(error), retry).status(error.status());
        if (!error.code().isEmpty()) {
            failure.code(clean(error.code()));
        }
        return (wait == null ? failure : failure.retryAfter(wait)).build();
    }

    /** A request or reply that broke. */
    RuntimeException of(IOException e, WatchedCall call, String partial) {
        WatchedCall.End end = call.end();
        if (end == WatchedCall.End.CANCELLED) {
            return cancelled();
        }
        ModelException.Builder failure = end == null ? broken(e) : ended(end, call.limit());
        return (partial.isEmpty() ? failure : failure.partialText(partial)).build();
    }

    private ModelException.Builder ended(WatchedCall.End end, WatchedCall.Limit limit) {
        if (end == WatchedCall.End.CLOSED) {
            return builder(": the connection was closed meanwhile", Kind.PERMANENT);
        }
        String late = ": nothing came within the " + limit.name() + " timeout of "
                + limit.length().toMillis() + " ms";
        return builder(late, Kind.TRANSIENT).cause(new TimeoutException(limit.name() + " timeout"));
    }

    private ModelException.Builder broken(IOException e) {
        if (e instanceof ServerError.InReply told) {
            ServerError error = told.error();
            ModelException.Builder failure = builder(says(error), kind(error.isTransient()));
            return error.code().isEmpty() ? failure : failure.code(clean(error.code()));
        }
        if (e instanceof UnusableContent) {
            return builder(": " + e.getMessage(), Kind.PERMANENT).cause(e);
        }
        if (isProxyRefusal(e)) {
            return builder(" with status 407; check the proxy", Kind.PERMANENT).cause(e);
        }
        if (isDistrust(e)) {
            return builder(": no secure connection; check the certificate and the address", Kind.PERMANENT)
                    .cause(e);
        }
        String what = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return builder(": " + clean(what), Kind.TRANSIENT).cause(e);
    }

    /** A secure connection that could not be agreed on, rather than one that broke. */
    private static boolean isDistrust(IOException e) {
        Throwable cause = e.getCause();
        boolean broke = cause instanceof EOFException || cause instanceof SocketException;
        return e instanceof SSLPeerUnverifiedException
                || (e instanceof SSLHandshakeException && !broke)
                || (e instanceof SSLException && cause instanceof GeneralSecurityException);
    }

    /** OkHttp throws on this status where it knows of no proxy, instead of handing it over. */
    private static boolean isProxyRefusal(IOException e) {
        return e instanceof ProtocolException
                && e.getMessage() != null
                && e.getMessage().contains("407");
    }

    private ModelException.Builder builder(String what, Kind kind) {
        String id = requestId == null ? "" : " (request " + clean(requestId) + ")";
        ModelException.Builder failure =
                ModelException.builder(who() + " failed" + what + id).kind(kind);
        return requestId == null ? failure : failure.requestId(clean(requestId));
    }

    private static Kind kind(boolean retry) {
        return retry ? Kind.TRANSIENT : Kind.PERMANENT;
    }

    private String who() {
        return ask.operation() + " by " + ask.model() + " at " + endpoint.host();
    }

    private String says(ServerError error) {
        String text = error.status() == 0 ? "" : " with status " + error.status();
        text += error.code().isEmpty() ? "" : " " + clean(error.code());
        return text + (error.message().isEmpty() ? "" : ": " + clean(error.message()));
    }

    private static String advice(ServerError error) {
        return switch (error.status()) {
            case 401, 403 -> "; check the key and what it may do";
            case 404, 405 -> "; check the base URL and the name of the model";
            case 301, 302, 303, 307, 308 -> "; redirects are not followed, set the base URL to where the server is";
            default -> "";
        };
    }

    /** Capped, in one line, without the key. */
    private String clean(String text) {
        String safe = Credentials.redacted(text, key);
        String capped = safe.length() <= MAX_MESSAGE ? safe : safe.substring(0, MAX_MESSAGE) + "…";
        return capped.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ");
    }
}
