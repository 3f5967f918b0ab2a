package dev.ragkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InMemoryStoreConcurrencyTest {
    /** Each write leaves about six dead slots, so the space is cleared away every few hundred writes. */
    private static final int WRITES = 4_000;

    private static final SearchOptions ALL = SearchOptions.ofLimit(1_000);

    private final InMemoryStore store =
            VectorStore.inMemory(EmbeddingSpace.builder("test", "plane", 2).build());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicBoolean done = new AtomicBoolean();

    @AfterEach
    void stop() throws InterruptedException {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void readersSeeOneVersionAndNeverAMixture() throws Exception {
        store.replace(List.of(document("a", 0), document("b", 0)));
        List<Future<Integer>> readers = List.of(
                reader(() -> store.search(Embedding.of(1, 1), ALL).hits()),
                reader(() -> checkedScores(store.search("shared", ALL).hits())));

        for (int version = 1; version <= WRITES; version++) {
            store.replace(List.of(document("a", version), document("b", version)));
        }
        done.set(true);

        for (Future<Integer> reader : readers) {
            assertThat(reader.get()).isPositive();
        }
    }

    @Test
    void aDocumentComesAndGoesAsAWhole() throws Exception {
        Future<Integer> reader = threads.submit(() -> {
            int searches = 0;
            for (boolean last = false; !last; searches++) {
                last = done.get();
                List<Hit> hits = store.search("shared", ALL).hits();
                assertThat(hits.size()).isIn(0, 4);
            }
            return searches;
        });

        for (int i = 0; i < WRITES; i++) {
            store.replace(List.of(document("a", 3)));
            assertThat(store.delete(List.of("a"))).isEqualTo(1);
        }
        done.set(true);

        assertThat(reader.get()).isPositive();
        assertThat(store.search("shared", ALL).hits()).isEmpty();
    }

    @Test
    void writersOfDifferentDocumentsLoseNothing() throws Exception {
        List<Future<?>> writers = new ArrayList<>();
        for (int writer = 0; writer < 4; writer++) {
            String prefix = "w" + writer + "-";
            writers.add(threads.submit(() -> {
                for (int i = 0; i < 500; i++) {
                    store.replace(List.of(document(prefix + i % 50, i)));
                }
            }));
        }
        for (Future<?> writer : writers) {
            writer.get();
        }

        // The last versions are 450..499 of each writer: ten each of 1, 2, 3, 4 and 5 chunks.
        assertThat(store.documentIds(Filter.all(), "", 1_000)).hasSize(200);
        assertThat(store.search(Embedding.of(1, 1), ALL).hits()).hasSize(600);
        assertThat(checkedScores(store.search("shared", ALL).hits())).hasSize(600);
    }

    private Future<Integer> reader(Callable<List<Hit>> search) {
        return threads.submit(() -> {
            int searches = 0;
            for (boolean last = false; !last; searches++) {
                last = done.get();
                List<Hit> hits = search.call();
                Object version = hits.get(0).chunk().metadata().value("version");
                assertThat(hits)
                        .allSatisfy(hit -> assertThat(hit.chunk().metadata().value("version"))
                                .isEqualTo(version));
                assertThat((long) hits.size()).isEqualTo(2 * chunksOf((Long) version));
            }
            return searches;
        });
    }

    /** All chunks hold the word and have the same length, so the score tells how many chunks the search counted. */
    private static List<Hit> checkedScores(List<Hit> hits) {
        double expected = Math.log1p(0.5 / (hits.size() + 0.5));
        assertThat(hits).allSatisfy(hit -> assertThat(hit.score()).isCloseTo(expected, within(1e-12)));
        return hits;
    }

    private static long chunksOf(long version) {
        return 1 + version % 5;
    }

    private static EmbeddedDocument document(String id, long version) {
        String piece = "shared v" + version + " ";
        Document document =
                Document.of(id, piece.repeat((int) chunksOf(version))).withMetadata(Metadata.of("version", version));
        List<EmbeddedChunk> chunks = new ArrayList<>();
        for (int i = 0; i < chunksOf(version); i++) {
            Chunk chunk = Chunk.of(document, i, i * piece.length(), (i + 1) * piece.length());
            chunks.add(new EmbeddedChunk(chunk, Embedding.of(1, 1)));
        }
        return new EmbeddedDocument(document, "f" + version, chunks);
    }
}
