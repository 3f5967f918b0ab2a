package dev.ragkit.pgvector;

import dev.ragkit.Answer;
import dev.ragkit.Completion;
import dev.ragkit.Embedder;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Query;
import dev.ragkit.SearchOptions;
import dev.ragkit.StoreException;
import dev.ragkit.VectorStore;
import dev.ragkit.intercept.EmbeddingKey;
import dev.ragkit.pgvector.AnswerRows.Found;
import dev.ragkit.pgvector.AnswerRows.Question;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Function;

/**
 * Answers a question from an earlier answer to one that means about the same: of the same tenant, about the same documents, by the
 * same model, with the same filter, limit and least score.
 *
 * <pre>
 * PgVectorAnswerCache answers = PgVectorAnswerCache.builder(store, embedder, "gpt-4o-mini, prompt 3", 0.97).build();
 * Answer answer = answers.ask(query, rag::ask);
 * </pre>
 *
 * <p>An embedding sees what a question is about and overlooks much of what it asks: "is it allowed" and "is it not allowed" are near
 * each other. So the least similarity is for the host to state, from questions of its own, and nothing is cached unless this is
 * called. Only whole answers ({@link Completion.Finish#STOP}) without rejected citations are kept.
 *
 * <p>Any change of the tenant's documents in the collection ends all answers that were kept before it, in the same transaction; an
 * answer that was being made meanwhile is never found. What is found is as it was made, with citations and hits; its {@link
 * Completion#usage()} is {@link dev.ragkit.TokenUsage#NONE}. For a store with a replica, retrieve with {@link Consistency#PRIMARY}.
 *
 * <p>The table is made by {@link PgVectorCacheSchema} in the schema of the collection; a look compares the question with each that
 * was kept for the same. Immutable and safe for use by several threads.
 */
public final class PgVectorAnswerCache {
    /** How old an answer may be, unless told otherwise: 1 day. */
    public static final Duration DEFAULT_MAX_AGE = Duration.ofDays(1);

    private final AnswerRows rows;
    private final Embedder embedder;
    /** What decides an answer beside the question, in parts. */
    private final String[] about;

    private final double minSimilarity;
    private final Duration maxAge;

    private PgVectorAnswerCache(AnswerRows rows, Builder builder, PgVectorStore.Place place) {
        this.rows = rows;
        embedder = builder.embedder;
        about = new String[] {
            place.tables().schema(), place.tables().collection(), digest(embedder.space()), builder.model
        };
        minSimilarity = builder.minSimilarity;
        maxAge = builder.maxAge;
    }

    /**
     * Starts a cache of answers.
     *
     * @param store a handle for the tenant whose questions these are, on the collection that they are answered from
     * @param embedder embeds the questions; of any space, which need not be the store's
     * @param model names everything else that decides an answer: the model, the prompt, the retriever. Change it when one of them
     *     changes
     * @param minSimilarity the least cosine of two questions that get the same answer, more than 0, at most 1; 1 is for the same
     *     embedding only
     * @return the builder
     * @throws IllegalArgumentException if the similarity is out of bounds
     */
    public static Builder builder(PgVectorStore store, Embedder embedder, String model, double minSimilarity) {
        return new Builder(store, embedder, model, minSimilarity);
    }

    /**
     * Answers a query from the cache, or by asking, and keeps that answer. No connection is held while it is asked.
     *
     * @param query the query
     * @param asking answers it where the cache does not, such as {@code rag::ask}
     * @return the answer
     * @throws StoreException if the database fails; also after the answer was made, which is then not kept
     * @throws dev.ragkit.ModelException if the embedder fails
     */
    public Answer ask(Query query, Function<Query, Answer> asking) {
        Question question = question(query);
        Found found = rows.find(question, maxAge);
        if (found.answer().isPresent() && isNear(found.similarity())) {
            return found.answer().get();
        }
        Answer answer = asking.apply(query);
        if (isKept(answer)) {
            rows.keep(question, found.version(), answer);
        }
        return answer;
    }

    /** Rounding leaves the cosine of equal vectors a little below 1. */
    private boolean isNear(double similarity) {
        return similarity >= minSimilarity - 1e-6;
    }

    private static boolean isKept(Answer answer) {
        Completion completion = answer.completion();
        return completion.finish() == Completion.Finish.STOP
                && answer.rejected().isEmpty()
                && Utf8.isStorable(answer.text())
                && Utf8.isStorable(completion.text())
                && Utf8.isStorable(completion.model());
    }

    private Question question(Query query) {
        SearchOptions options = query.options();
        String asked = digest(
                digest(about),
                Integer.toString(options.limit()),
                Double.toString(options.minScore()),
                options.filter().expression());
        Embedding embedding = embedder.embedQuery(query.text());
        return new Question(asked, digest(query.text()), embedding);
    }

    private static String digest(EmbeddingSpace space) {
        return EmbeddingKey.of(VectorStore.DEFAULT_TENANT, space, EmbeddingKey.Input.QUERY, "")
                .digest();
    }

    /** Each part goes in with its length, so that moving a character from one part to the next changes the result. */
    private static String digest(String... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String part : parts) {
            byte[] bytes = Utf8.bytes(part);
            all.writeBytes(
                    ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
            all.writeBytes(bytes);
        }
        return Sha256.of(all.toByteArray());
    }

    /** Shows the settings; not the tenant, whose name may be personal. */
    @Override
    public String toString() {
        return "PgVectorAnswerCache[similarity " + minSimilarity + ", age " + maxAge + "]";
    }

    /** Collects what a {@link PgVectorAnswerCache} needs. For use by one thread. */
    public static final class Builder {
        private final PgVectorStore store;
        private final Embedder embedder;
        private final String model;
        private final double minSimilarity;
        private Duration maxAge = DEFAULT_MAX_AGE;

        private Builder(PgVectorStore store, Embedder embedder, String model, double minSimilarity) {
            if (!(minSimilarity > 0 && minSimilarity <= 1)) {
                throw new IllegalArgumentException(
                        "minSimilarity must be more than 0 and at most 1, was " + minSimilarity);
            }
            this.store = store;
            this.embedder = embedder;
            this.model = model;
            this.minSimilarity = minSimilarity;
        }

        /**
         * Sets how old an answer may be, by the clock of the server. Default: {@link PgVectorAnswerCache#DEFAULT_MAX_AGE}, 1 day.
         *
         * @param maxAge 1 second to 30 days
         * @return this
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder maxAge(Duration maxAge) {
            if (maxAge.compareTo(Duration.ofSeconds(1)) < 0 || maxAge.compareTo(Duration.ofDays(30)) > 0) {
                throw new IllegalArgumentException("maxAge must be between 1 second and 30 days, was " + maxAge);
            }
            this.maxAge = maxAge;
            return this;
        }

        /**
         * Opens the cache: connects, and checks that its table is there.
         *
         * @return the cache
         * @throws StoreException if the database cannot be reached, or the table is not there
         */
        public PgVectorAnswerCache build() {
            PgVectorStore.Place place = store.place();
            CacheTables tables = new CacheTables(place.tables().schema());
            AnswerRows rows = place.routing().readToWrite("opening the cache of answers", connection -> {
                PgVectorCacheSchema.in(tables.schema()).require(connection);
                Extension extension = new Catalogue(connection, place.tables()).extension();
                return new AnswerRows(place, new CacheSql(tables), extension);
            });
            return new PgVectorAnswerCache(rows, this, place);
        }
    }
}
