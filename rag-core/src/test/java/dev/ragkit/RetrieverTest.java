package dev.ragkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetrieverTest {
    private final WordHashEmbedder embedder = new WordHashEmbedder();
    private final InMemoryStore store = VectorStore.inMemory(embedder.space());

    @Test
    void vectorGivesTheHitsOfTheStore() {
        ingest("cats", "cats purr", "dogs", "dogs bark");

        List<Hit> hits = Retriever.vector(embedder, store).retrieve(Query.of("cats purr", 1));

        assertThat(ids(hits)).containsExactly("cats");
        assertThat(hits.get(0).scores()).containsOnlyKeys("vector");
    }

    @Test
    void keywordGivesTheHitsOfTheIndexWhateverTheVectorThreshold() {
        ingest("cats", "cats purr", "dogs", "dogs bark");

        List<Hit> hits = Retriever.keyword(store).retrieve(new Query("a purring cat", minScore(1_000)));

        assertThat(ids(hits)).containsExactly("cats");
        assertThat(hits.get(0).scores()).containsOnlyKeys("keyword");
    }

    @Test
    void anotherEmbeddingSpaceIsRefusedAndBothAreNamed() {
        EmbeddingSpace other = EmbeddingSpace.builder("other", "model-b", 64).build();

        assertThatThrownBy(() -> Retriever.vector(embedder, VectorStore.inMemory(other)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the embedder's is test/word-hash (64 dimensions, normalised)")
                .hasMessageContaining("the store's is other/model-b (64 dimensions)");
        assertThatThrownBy(() -> Retriever.hybrid(embedder, VectorStore.inMemory(other)))
                .hasMessageContaining("must have the same embedding space");
    }

    @Test
    void hybridHitsCarryTheScoreOfEachLeg() {
        ingest("cats", "cats purr", "dogs", "dogs bark");

        List<Hit> hits = Retriever.hybrid(embedder, store).retrieve(Query.of("cats purr", 2));

        assertThat(ids(hits)).containsExactly("cats", "dogs");
        assertThat(hits.get(0).scores().keySet()).containsExactly("vector", "keyword", "fused");
        assertThat(hits.get(0).score()).isEqualTo(hits.get(0).scores().get("fused"));
        assertThat(hits.get(1).scores()).containsOnlyKeys("vector", "fused");
    }

    @Test
    void hybridHoldsTheFilterAndTheTenant() {
        ingest("cats", "cats purr", "dogs", "dogs bark");
        store.tenant("other").replace(List.of(document("foreign", "cats purr")));
        Filter notCats = Filter.ne("topic", "cats");

        assertThat(ids(Retriever.hybrid(embedder, store)
                        .retrieve(Query.of("cats purr").where(notCats))))
                .containsExactly("dogs");
        assertThat(ids(Retriever.hybrid(embedder, store.tenant("other")).retrieve(Query.of("cats purr"))))
                .containsExactly("foreign");
        assertThat(Retriever.hybrid(embedder, store.tenant("empty")).retrieve(Query.of("cats purr")))
                .isEmpty();
    }

    @Test
    void minScoreIsTheVectorLegsOnly() {
        ingest("cats", "cats purr", "dogs", "dogs bark", "both", "dogs chase cats when they do not purr or sleep");
        Retriever hybrid = Retriever.hybrid(embedder, store);

        List<Hit> hits = hybrid.retrieve(new Query("dogs bark", minScore(0.99)));

        assertThat(ids(hits)).containsExactly("dogs", "both");
        assertThat(hits.get(1).scores()).containsOnlyKeys("keyword", "fused");
        assertThat(hits.get(1).score()).isLessThan(0.99);
    }

    @Test
    void minScoreReachesTheFirstLegAndNotTheSecond() {
        List<Double> seen = new ArrayList<>();
        Retriever leg = query -> {
            seen.add(query.options().minScore());
            return List.of();
        };

        Retriever.hybrid(leg, leg, Fusion.ofDefaults()).retrieve(new Query("x", minScore(0.5)));

        assertThat(seen).containsExactly(0.5, Double.NEGATIVE_INFINITY);
    }

    @Test
    void legsFetchFiveTimesTheLimitWithinBounds() {
        List<Integer> limits = new ArrayList<>();
        Retriever leg = query -> {
            limits.add(query.options().limit());
            return List.of();
        };
        Retriever hybrid = Retriever.hybrid(leg, leg, Fusion.ofDefaults());

        List.of(1, 10, 11, 200, 201, 1_000).forEach(limit -> hybrid.retrieve(Query.of("x", limit)));

        assertThat(limits).containsExactly(50, 50, 50, 50, 55, 55, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000);
    }

    @Test
    void hybridCutsToTheLimitAfterFusing() {
        Retriever vector = query -> List.of(hit("a", 3), hit("b", 2), hit("c", 1));
        Retriever keyword = query -> List.of(hit("c", 9), hit("d", 1));

        List<Hit> hits =
                Retriever.hybrid(vector, keyword, Fusion.reciprocalRank()).retrieve(Query.of("x", 2));

        assertThat(ids(hits)).containsExactly("c", "a");
    }

    @Test
    void rerankedOrdersMoreCandidatesThanItReturns() {
        Retriever found = query -> IntStream.range(0, query.options().limit())
                .mapToObj(i -> hit(String.format("%03d", i), 1_000 - i))
                .toList();
        Reranker lastFirst = (query, candidates) -> candidates.stream()
                .map(hit -> hit.rescored(Reranker.SCORE, -hit.score()))
                .sorted(Hit.BEST_FIRST)
                .toList();

        List<Hit> hits = found.reranked(lastFirst).retrieve(Query.of("x", 2));

        assertThat(ids(hits)).containsExactly("049", "048");
        assertThat(hits.get(0).scores().keySet()).containsExactly("vector", "reranked");
    }

    @Test
    void rerankedSeesTheQueryAsAskedAndIsSparedEmptyLists() {
        Query query = Query.of("x", 2);
        List<Query> seen = new ArrayList<>();
        Reranker reranker = (asked, candidates) -> {
            seen.add(asked);
            return candidates;
        };

        Retriever nothing = asked -> List.of();
        Retriever something = asked -> List.of(hit("a", 1));

        assertThat(nothing.reranked(reranker).retrieve(query)).isEmpty();
        assertThat(ids(something.reranked(reranker).retrieve(query))).containsExactly("a");
        assertThat(seen).containsExactly(query);
    }

    private void ingest(String... idsAndTexts) {
        for (int i = 0; i < idsAndTexts.length; i += 2) {
            store.replace(List.of(document(idsAndTexts[i], idsAndTexts[i + 1])));
        }
    }

    private EmbeddedDocument document(String id, String text) {
        Document document = Document.of(id, text).withMetadata(Metadata.of("topic", id));
        Chunk chunk = Chunk.of(document, 0, 0, text.length());
        return new EmbeddedDocument(document, "f", List.of(new EmbeddedChunk(chunk, embedder.embedQuery(text))));
    }

    private static SearchOptions minScore(double minScore) {
        return SearchOptions.builder().minScore(minScore).build();
    }

    private static Hit hit(String id, double score) {
        return Hit.of(Chunk.of(id, 0, 0, "x"), VectorStore.SCORE, score);
    }

    private static List<String> ids(List<Hit> hits) {
        return hits.stream().map(hit -> hit.chunk().documentId()).toList();
    }
}
