package dev.ragkit.benchmarks;

import dev.ragkit.Chunker;
import dev.ragkit.Embedder;
import dev.ragkit.Generator;
import dev.ragkit.IngestReport;
import dev.ragkit.KeywordIndex;
import dev.ragkit.Query;
import dev.ragkit.Rag;
import dev.ragkit.Retriever;
import dev.ragkit.VectorStore;
import dev.ragkit.eval.Judgements;
import java.util.HashMap;
import java.util.Map;

/** Brings SciFact into a store, one chunk a document, and measures nDCG@10 of each way to retrieve. */
final class RetrievalQuality {
    private static final int K = 10;
    private static final int WHOLE_DOCUMENT = 1_000_000;

    private final SciFact collection;

    RetrievalQuality(SciFact collection) {
        this.collection = collection;
    }

    /**
     * The mean over the test queries.
     *
     * @param vector of vector retrieval
     * @param keyword of keyword retrieval
     * @param hybrid of the default hybrid
     */
    record Result(double vector, double keyword, double hybrid) {}

    /** The embeddings that come with the collection. */
    GivenEmbeddings given(String model) {
        GivenEmbeddings embedder = new GivenEmbeddings(model, 384);
        Map<String, String> documents = new HashMap<>();
        collection
                .documents()
                .forEach(
                        document -> documents.put(document.id(), document.text().strip()));
        collection
                .embeddings(model + ".docs")
                .forEach((id, values) -> embedder.put(documents.getOrDefault(id, id), values));
        Map<String, String> queries = collection.queries("");
        collection
                .embeddings(model + ".queries")
                .forEach((id, values) -> embedder.put(queries.getOrDefault(id, id), values));
        return embedder;
    }

    <S extends VectorStore & KeywordIndex> Result measure(Embedder embedder, S store) {
        Rag rag = Rag.builder(embedder, store, Generator.extractive())
                .chunker(Chunker.recursive().maxSize(WHOLE_DOCUMENT).overlap(0).build())
                .build();
        IngestReport report = rag.ingest(collection.documents());
        if (!report.failures().isEmpty()) {
            throw new IllegalStateException(report.failures().get(0).reason());
        }
        return new Result(
                nDcg(Retriever.vector(embedder, store)),
                nDcg(Retriever.keyword(store)),
                nDcg(Retriever.hybrid(embedder, store)));
    }

    private double nDcg(Retriever retriever) {
        Map<String, Map<String, Integer>> judgements = collection.judgements("");
        return collection.queries("").entrySet().stream()
                .mapToDouble(query -> Judgements.of(judgements.getOrDefault(query.getKey(), Map.of()))
                        .ndcg(Judgements.ranking(retriever.retrieve(Query.of(query.getValue(), K))), K))
                .average()
                .orElseThrow();
    }
}
