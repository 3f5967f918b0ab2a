package dev.ragkit;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Documents in, cited answers out. The parts are passed in and can be wrapped; see {@link dev.ragkit.intercept}.
 *
 * <p>Immutable and safe for use by several threads, as its parts are. Everything runs on the caller's thread; an interrupt ends a
 * call with {@link java.util.concurrent.CancellationException}, the interrupt flag still set.
 */
public final class Rag {
    private final Embedder embedder;
    private final VectorStore store;
    private final Generator generator;
    private final Chunker chunker;
    private final Retriever retriever;
    private final Grounding grounding;

    private Rag(Builder builder) {
        embedder = builder.embedder;
        store = builder.store;
        generator = builder.generator;
        chunker = builder.chunker;
        retriever = builder.retriever;
        grounding = builder.grounding;
    }

    /**
     * Starts with the three parts that have no default.
     *
     * @param embedder embeds documents and queries
     * @param store keeps the documents; of the embedder's space
     * @param generator writes the answers
     * @return the builder
     * @throws IllegalArgumentException if the embedder and the store are of different spaces
     */
    public static Builder builder(Embedder embedder, VectorStore store, Generator generator) {
        return new Builder(embedder, store, generator);
    }

    /**
     * Brings documents into the store, with the default options. See {@link #ingest(Stream, IngestOptions)}.
     *
     * @param documents read once, one after the other
     * @return what was done
     */
    public IngestReport ingest(Iterable<Document> documents) {
        return ingest(documents, IngestOptions.ofDefaults());
    }

    /**
     * Brings documents into the store. See {@link #ingest(Stream, IngestOptions)}.
     *
     * @param documents read once, one after the other
     * @param options how
     * @return what was done
     */
    public IngestReport ingest(Iterable<Document> documents, IngestOptions options) {
        return new Ingestion(embedder, store, chunker, options).run(documents.iterator());
    }

    /**
     * Brings documents into the store, with the default options. See {@link #ingest(Stream, IngestOptions)}.
     *
     * @param documents read once, one after the other; closed at the end
     * @return what was done
     */
    public IngestReport ingest(Stream<Document> documents) {
        return ingest(documents, IngestOptions.ofDefaults());
    }

    /**
     * Brings documents into the store. A document whose text, metadata and source, whose chunker and whose embedding space are
     * what the store already holds is passed over before anything is embedded. The others are chunked, embedded, and each is
     * replaced atomically. A document that fails is reported with the reason and does not stop the others.
     *
     * <p>Running it again does only what is left to do: after a crash, a failure or an interrupt, run it again. Of the stream, a
     * window of documents is held in memory. Where an id comes twice, the later document replaces the earlier.
     *
     * @param documents read once, one after the other; closed at the end
     * @param options how
     * @return what was done
     * @throws StoreException if the store cannot be asked what it holds
     * @throws DocumentException if what is gone should be deleted but the source gave no document at all
     */
    public IngestReport ingest(Stream<Document> documents, IngestOptions options) {
        try (documents) {
            return new Ingestion(embedder, store, chunker, options).run(documents.iterator());
        }
    }

    /**
     * Finds the chunks that answer a query.
     *
     * @param query the query
     * @return the hits, the best first
     */
    public List<Hit> retrieve(Query query) {
        return retriever.retrieve(query);
    }

    /**
     * Answers a question from the documents, with the default options.
     *
     * @param question the question, not blank
     * @return the answer with its citations
     */
    public Answer ask(String question) {
        return ask(Query.of(question));
    }

    /**
     * Answers a query from the documents.
     *
     * @param query the query
     * @return the answer with its citations
     * @throws ModelException if the embedder or the generator fails
     * @throws StoreException if the store fails
     */
    public Answer ask(Query query) {
        List<Hit> hits = retriever.retrieve(query);
        Prompt prompt = grounding.prompt(query, hits);
        Completion completion = generator.generate(prompt);
        return grounding.answer(prompt, completion);
    }

    /**
     * Answers a query from the documents, and hands out the text as it is written, on the caller's thread. The pieces are the
     * generator's; markers are verified, and the citations known, at the end.
     *
     * @param query the query
     * @param onText takes each piece; what it throws ends the call
     * @return the answer with its citations
     * @throws ModelException if the embedder or the generator fails
     * @throws StoreException if the store fails
     */
    public Answer ask(Query query, Consumer<String> onText) {
        List<Hit> hits = retriever.retrieve(query);
        Prompt prompt = grounding.prompt(query, hits);
        Completion completion = generator.generate(prompt, onText);
        return grounding.answer(prompt, completion);
    }

    /** Collects the parts of a {@link Rag}. For use by one thread. */
    public static final class Builder {
        private final Embedder embedder;
        private final VectorStore store;
        private final Generator generator;
        private Chunker chunker = Chunker.recursive().build();
        private Retriever retriever;
        private Grounding grounding = Grounding.numbered().build();

        private Builder(Embedder embedder, VectorStore store, Generator generator) {
            this.embedder = embedder;
            this.store = store;
            this.generator = generator;
            this.retriever = defaultRetriever(embedder, store);
        }

        private static Retriever defaultRetriever(Embedder embedder, VectorStore store) {
            Retriever vector = Retriever.vector(embedder, store);
            return store instanceof KeywordIndex index
                    ? Retriever.hybrid(vector, Retriever.keyword(index), Fusion.ofDefaults())
                    : vector;
        }

        /**
         * Sets what cuts documents. Default: {@link Chunker#recursive()} with its defaults.
         *
         * @param chunker the chunker
         * @return this
         */
        public Builder chunker(Chunker chunker) {
            this.chunker = chunker;
            return this;
        }

        /**
         * Sets what finds chunks. Default: {@link Retriever#hybrid} where the store is a {@link KeywordIndex} too, else
         * {@link Retriever#vector}.
         *
         * @param retriever the retriever
         * @return this
         */
        public Builder retriever(Retriever retriever) {
            this.retriever = retriever;
            return this;
        }

        /**
         * Sets what writes prompts and reads citations. Default: {@link Grounding#numbered()} with its defaults.
         *
         * @param grounding the grounding
         * @return this
         */
        public Builder grounding(Grounding grounding) {
            this.grounding = grounding;
            return this;
        }

        /**
         * Puts the parts together.
         *
         * @return the entry point
         */
        public Rag build() {
            return new Rag(this);
        }
    }
}
