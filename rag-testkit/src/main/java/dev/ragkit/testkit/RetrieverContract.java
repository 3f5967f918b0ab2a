package dev.ragkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Chunk;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedder;
import dev.ragkit.Filter;
import dev.ragkit.Hit;
import dev.ragkit.InMemoryStore;
import dev.ragkit.Metadata;
import dev.ragkit.Query;
import dev.ragkit.Retriever;
import dev.ragkit.VectorStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link Retriever} must do, one test a statement. Extend it:
 *
 * <pre>{@code
 * class MyRetrieverTest extends RetrieverContract {
 *     @Override
 *     protected Retriever create(Embedder embedder, InMemoryStore store) {
 *         return new MyRetriever(Retriever.hybrid(embedder, store));
 *     }
 * }
 * }</pre>
 *
 * <p>The tests cannot be overridden.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
public abstract class RetrieverContract {
    private static final List<String> SUBJECTS = List.of("river", "mountain", "harbour", "forest", "desert", "glacier");
    private static final int DOCUMENTS = 60;

    private final FakeEmbedder embedder = FakeEmbedder.ofDimensions(64);

    /** For the subclass. */
    protected RetrieverContract() {}

    /**
     * Makes the retriever to test.
     *
     * @param embedder of the store's space
     * @param store is searched
     * @return the retriever
     */
    protected abstract Retriever create(Embedder embedder, InMemoryStore store);

    @Test
    final void thereAreAtMostAsManyHitsAsAsked() {
        Retriever retriever = create(embedder, filled());
        for (int limit : new int[] {1, 2, 7, 10, 50, 1_000}) {
            assertThat(retriever.retrieve(Query.of("the river of the valley", limit)))
                    .hasSizeBetween(1, Math.min(limit, DOCUMENTS));
        }
        assertThat(retriever.retrieve(Query.of("the river of the valley"))).hasSizeLessThanOrEqualTo(10);
    }

    @Test
    final void theBestComeFirst() {
        Retriever retriever = create(embedder, filled());
        for (String subject : SUBJECTS) {
            assertThat(retriever.retrieve(Query.of("valley " + subject, 30))).isSortedAccordingTo(Hit.BEST_FIRST);
        }
    }

    @Test
    final void noChunkIsFoundTwice() {
        Retriever retriever = create(embedder, filled());
        assertThat(Found.chunks(retriever.retrieve(Query.of("valley river mountain", 50))))
                .doesNotHaveDuplicates();
    }

    @Test
    final void hitsCarryTheChunksOfTheStore() {
        List<Chunk> stored = documents().stream()
                .flatMap(document -> document.chunks().stream())
                .map(embedded -> embedded.chunk())
                .toList();
        assertThat(stored).containsAll(Found.chunks(create(embedder, filled()).retrieve(Query.of("valley river", 50))));
    }

    @Test
    final void theTextThatAnswersIsFound() {
        Retriever retriever = create(embedder, filled());
        for (int i = 0; i < DOCUMENTS; i += 7) {
            String text = documents().get(i).document().text();
            assertThat(Found.ids(retriever.retrieve(Query.of(text)))).contains("doc-" + i);
        }
    }

    @Test
    final void onlyWhatTheFilterMatchesIsFound() {
        Retriever retriever = create(embedder, filled());
        for (String subject : SUBJECTS) {
            List<Hit> hits =
                    retriever.retrieve(Query.of("valley river mountain", 5).where(Filter.eq("subject", subject)));
            assertThat(hits)
                    .isNotEmpty()
                    .allMatch(hit -> subject.equals(hit.chunk().metadata().value("subject")));
        }
        assertThat(retriever.retrieve(Query.of("valley river").where(Filter.exists("none"))))
                .isEmpty();
    }

    @Test
    final void nothingIsFoundInAnEmptyStore() {
        assertThat(create(embedder, VectorStore.inMemory(embedder.space())).retrieve(Query.of("valley river")))
                .isEmpty();
    }

    @Test
    final void everyHitSaysWhereItsScoreCameFrom() {
        for (Hit hit : create(embedder, filled()).retrieve(Query.of("valley river", 20))) {
            assertThat(hit.scores()).containsValue(hit.score());
        }
    }

    @Test
    final void theSameQueryFindsTheSame() {
        Retriever retriever = create(embedder, filled());
        Query query = Query.of("valley river mountain", 20);
        assertThat(retriever.retrieve(query)).isEqualTo(retriever.retrieve(query));
    }

    @Test
    final void severalThreadsMayUseOneRetriever() {
        Retriever retriever = create(embedder, filled());
        Query query = Query.of("valley river mountain", 20);
        List<Hit> alone = retriever.retrieve(query);
        Callable<List<Hit>> task = () -> retriever.retrieve(query);
        assertThat(Together.run(List.of(task, task, task, task))).allMatch(alone::equals);
    }

    @Test
    final void anInterruptEndsTheCallOrIsLeftSet() {
        Retriever retriever = create(embedder, filled());
        List<List<Hit>> results = new ArrayList<>();
        boolean completed = Interrupted.completes(() -> results.add(retriever.retrieve(Query.of("valley river"))));
        assertThat(results).hasSize(completed ? 1 : 0);
        assertThat(retriever.retrieve(Query.of("valley river"))).isNotEmpty();
    }

    private InMemoryStore filled() {
        InMemoryStore store = VectorStore.inMemory(embedder.space());
        store.replace(documents());
        return store;
    }

    private List<EmbeddedDocument> documents() {
        return IntStream.range(0, DOCUMENTS).mapToObj(this::document).toList();
    }

    private EmbeddedDocument document(int number) {
        String subject = SUBJECTS.get(number % SUBJECTS.size());
        String text = "Valley number" + number + " has a " + subject + " and "
                + SUBJECTS.get(number / SUBJECTS.size() % SUBJECTS.size()) + ".";
        return Sample.of("doc-" + number)
                .metadata(Metadata.of("subject", subject))
                .chunk(text, embedder.embedDocuments(List.of(text)).get(0))
                .build();
    }
}
