package dev.ragkit.openai;

import dev.ragkit.Hit;
import dev.ragkit.Query;
import dev.ragkit.Reranker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Reorders candidates by {@code /rerank} of a server: as Cohere, Jina and vLLM have it, or as text-embeddings-inference does.
 *
 * <pre>{@code
 * Retriever retriever = Retriever.vector(embedder, store).reranked(OpenAiReranker.builder(connection, "rerank-v3.5").build());
 * }</pre>
 *
 * <p>A reply is taken only if it has exactly one finite score for each candidate. Safe for use by several threads. An interrupt ends a
 * call, and its request, with {@link java.util.concurrent.CancellationException}, the interrupt flag still set.
 */
public final class OpenAiReranker implements Reranker {
    /** The most candidates of a request, unless told otherwise: {@value}. */
    public static final int DEFAULT_REQUEST_CANDIDATES = 1_000;

    private static final int MOST_CANDIDATES = 10_000;

    private final Wire wire;
    private final String model;
    private final Dialect dialect;
    private final int requestCandidates;

    private enum Dialect {
        RESULTS,
        BARE
    }

    private OpenAiReranker(Builder builder) {
        wire = builder.connection.wire();
        model = builder.model;
        dialect = builder.dialect;
        requestCandidates = builder.requestCandidates;
    }

    /**
     * Starts a reranker as Cohere, Jina and vLLM have it: {@code {model, query, documents}} gives {@code {results: [{index,
     * relevance_score}]}}.
     *
     * @param connection to the server, whose base URL ends before {@code /rerank}
     * @param model its name, as the server knows it
     * @return the builder
     * @throws IllegalArgumentException if the name is blank
     */
    public static Builder builder(OpenAiConnection connection, String model) {
        if (model.isBlank()) {
            throw new IllegalArgumentException("model must not be blank");
        }
        return new Builder(connection, model, Dialect.RESULTS);
    }

    /**
     * Starts a reranker as text-embeddings-inference has it: {@code {query, texts}} gives {@code [{index, score}]}; the server knows its
     * model.
     *
     * @param connection to the server, whose base URL ends before {@code /rerank}
     * @return the builder
     */
    public static Builder textEmbeddingsInference(OpenAiConnection connection) {
        return new Builder(connection, "text-embeddings-inference", Dialect.BARE);
    }

    @Override
    public List<Hit> rerank(Query query, List<Hit> candidates) {
        List<Hit> scored = new ArrayList<>(candidates.size());
        for (int from = 0; from < candidates.size(); from += requestCandidates) {
            List<Hit> batch = candidates.subList(from, Math.min(candidates.size(), from + requestCandidates));
            double[] scores = scores(query.text(), batch);
            for (int i = 0; i < scores.length; i++) {
                scored.add(batch.get(i).rescored(SCORE, scores[i]));
            }
        }
        scored.sort(Hit.BEST_FIRST);
        return List.copyOf(scored);
    }

    private double[] scores(String query, List<Hit> batch) {
        Ask ask = Ask.of("rerank", model, json -> write(json, query, batch));
        return wire.post(
                ask,
                new WatchedCall.Limit("call", wire.timeouts().call()),
                new RankingAnswer(
                        batch.size(),
                        new WatchedCall.Limit("idle", wire.timeouts().idle())));
    }

    private void write(JsonOutput json, String query, List<Hit> batch) throws IOException {
        if (dialect == Dialect.RESULTS) {
            json.field("model", model);
        }
        json.field("query", query);
        json.array(dialect == Dialect.RESULTS ? "documents" : "texts", items -> {
            for (Hit hit : batch) {
                items.item(hit.chunk().text());
            }
        });
    }

    /** Shows the model and the host. */
    @Override
    public String toString() {
        return "OpenAiReranker[" + model + " at " + wire.endpoint().host() + "]";
    }

    /** Collects the settings of an {@link OpenAiReranker}. For use by one thread. */
    public static final class Builder {
        private final OpenAiConnection connection;
        private final String model;
        private final Dialect dialect;
        private int requestCandidates = DEFAULT_REQUEST_CANDIDATES;

        private Builder(OpenAiConnection connection, String model, Dialect dialect) {
            this.connection = Objects.requireNonNull(connection, "connection must not be null");
            this.model = model;
            this.dialect = dialect;
        }

        /**
         * Sets how many candidates a request may have; more are sent in several, one after another. Default:
         * {@value OpenAiReranker#DEFAULT_REQUEST_CANDIDATES}; text-embeddings-inference takes 32 unless told otherwise.
         *
         * @param candidates 1 to 10,000
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder requestCandidates(int candidates) {
            if (candidates < 1 || candidates > MOST_CANDIDATES) {
                throw new IllegalArgumentException(
                        "requestCandidates must be between 1 and " + MOST_CANDIDATES + ", was " + candidates);
            }
            this.requestCandidates = candidates;
            return this;
        }

        /**
         * Makes the reranker.
         *
         * @return the reranker
         */
        public OpenAiReranker build() {
            return new OpenAiReranker(this);
        }
    }
}
