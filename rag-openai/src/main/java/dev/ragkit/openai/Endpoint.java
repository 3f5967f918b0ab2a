package dev.ragkit.openai;

import java.util.Locale;
import okhttp3.HttpUrl;

/** Where requests go, and in which header the key. Immutable. */
record Endpoint(HttpUrl base, Addressing addressing, KeyHeader keyHeader, String apiVersion) {
    /** How a path is made from an operation. */
    enum Addressing {
        /** {@code /v1/embeddings}. */
        OPERATION,
        /** {@code /openai/deployments/my-model/embeddings?api-version=2024-10-21}. */
        DEPLOYMENT
    }

    /** Where the key stands. */
    enum KeyHeader {
        BEARER,
        API_KEY
    }

    static Endpoint openAi(String baseUrl) {
        return new Endpoint(parse(baseUrl), Addressing.OPERATION, KeyHeader.BEARER, "");
    }

    static Endpoint azure(String endpoint) {
        HttpUrl base = parse(endpoint).newBuilder().addPathSegments("openai/v1").build();
        return new Endpoint(trimmed(base), Addressing.OPERATION, KeyHeader.API_KEY, "");
    }

    static Endpoint azureDeployments(String endpoint, String apiVersion) {
        HttpUrl base = parse(endpoint)
                .newBuilder()
                .addPathSegments("openai/deployments")
                .build();
        return new Endpoint(trimmed(base), Addressing.DEPLOYMENT, KeyHeader.API_KEY, apiVersion);
    }

    /** The message never quotes the address: it may hold a password. */
    private static HttpUrl parse(String baseUrl) {
        HttpUrl url = HttpUrl.parse(baseUrl);
        if (url == null) {
            throw new IllegalArgumentException("the base URL must begin with https:// or http:// and name a host");
        }
        if (!url.username().isEmpty() || !url.password().isEmpty()) {
            throw new IllegalArgumentException(
                    "the base URL of " + url.host() + " must not hold a user name or password; give the key to key()");
        }
        if (url.query() != null || url.fragment() != null) {
            throw new IllegalArgumentException("the base URL of " + url.host() + " must not hold a query or fragment");
        }
        return trimmed(url);
    }

    /** Without empty segments, which {@code https://host/v1/} and {@code https://host} have at their ends. */
    private static HttpUrl trimmed(HttpUrl url) {
        HttpUrl.Builder trimmed = url.newBuilder();
        for (int i = url.pathSize() - 1; i >= 0; i--) {
            if (url.pathSegments().get(i).isEmpty()) {
                trimmed.removePathSegment(i);
            }
        }
        return trimmed.build();
    }

    HttpUrl url(String operation, String model) {
        HttpUrl.Builder url = base.newBuilder();
        if (!base.pathSegments().isEmpty()
                && base.pathSegments().get(base.pathSize() - 1).isEmpty()) {
            url.removePathSegment(base.pathSize() - 1);
        }
        if (addressing == Addressing.DEPLOYMENT) {
            url.addPathSegment(model).addQueryParameter("api-version", apiVersion);
        }
        return url.addPathSegments(operation).build();
    }

    /** Host and port, for messages. */
    String host() {
        return base.port() == HttpUrl.defaultPort(base.scheme()) ? base.host() : base.host() + ":" + base.port();
    }

    /** Whether what is sent stays on this machine or is encrypted. */
    boolean isPrivate() {
        return base.isHttps() || isLoopback(base.host().toLowerCase(Locale.ROOT));
    }

    /** By the written address only: what a name resolves to may change between this check and the request. */
    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("::1") || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
    }
}
