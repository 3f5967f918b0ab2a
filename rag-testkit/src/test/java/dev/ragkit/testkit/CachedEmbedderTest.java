package dev.ragkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragkit.Embedder;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.ModelException;
import dev.ragkit.TokenUsage;
import dev.ragkit.intercept.CachedEmbedder;
import dev.ragkit.intercept.EmbeddingCache;
import dev.ragkit.intercept.EmbeddingKey;
import dev.ragkit.intercept.EmbeddingKey.Input;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class CachedEmbedderTest {
    private final FakeEmbedder model = FakeEmbedder.ofDimensions(32);
    private final CachedEmbedder cached = CachedEmbedder.of(model, EmbeddingCache.inMemory(1_000));

    @Nested
    class IsAnEmbedder extends EmbedderContract {
        @Override
        protected Embedder embedder() {
            return CachedEmbedder.of(FakeEmbedder.ofDimensions(64), EmbeddingCache.inMemory(10));
        }
    }

    @Test
    void aTextIsEmbeddedOnce() {
        Embedding first = cached.embedDocuments(List.of("a river")).get(0);

        assertThat(cached.embedDocuments(List.of("a river")).get(0)).isEqualTo(first);
        assertThat(model.calls()).containsExactly(List.of("a river"));
    }

    @Test
    void onlyWhatIsNotThereIsAskedForAndEachTextOnce() {
        cached.embedDocuments(List.of("b"));

        List<Embedding> embeddings =
                cached.embedDocuments(List.of("a", "b", "c", "a", "c")).list();

        assertThat(model.calls()).containsExactly(List.of("b"), List.of("a", "c"));
        FakeEmbedder fresh = FakeEmbedder.ofDimensions(32);
        assertThat(embeddings)
                .isEqualTo(
                        fresh.embedDocuments(List.of("a", "b", "c", "a", "c")).list());
    }

    @Test
    void documentsAndQueriesAreApart() {
        cached.embedDocuments(List.of("a"));
        cached.embedQueries(List.of("a"));
        cached.embedQuery("a");

        assertThat(model.calls()).containsExactly(List.of("a"), List.of("a"));
    }

    @Test
    void theUsageIsWhatWasUsed() {
        assertThat(cached.embedDocuments(List.of("one two", "three")).usage()).isEqualTo(TokenUsage.ofInput(3));
        assertThat(cached.embedDocuments(List.of("three", "four")).usage()).isEqualTo(TokenUsage.ofInput(1));
        assertThat(cached.embedDocuments(List.of("three", "four")).usage()).isEqualTo(TokenUsage.NONE);
    }

    @Test
    void aFailureIsNotKept() {
        model.failNext(1, new ModelException("down"));

        assertThatThrownBy(() -> cached.embedQuery("a")).hasMessage("down");
        cached.embedQuery("a");
        assertThat(model.calls()).hasSize(2);
    }

    @Test
    void everyPropertyOfTheSpaceIsInTheKey() {
        List<EmbeddingSpace> spaces = List.of(
                EmbeddingSpace.builder("p", "m", 4).build(),
                EmbeddingSpace.builder("q", "m", 4).build(),
                EmbeddingSpace.builder("p", "n", 4).build(),
                EmbeddingSpace.builder("p/n", "o", 4).build(),
                EmbeddingSpace.builder("p", "n/o", 4).build(),
                EmbeddingSpace.builder("p", "m", 5).build(),
                EmbeddingSpace.builder("p", "m", 4).normalized().build(),
                EmbeddingSpace.builder("p", "m", 4).revision("r").build(),
                EmbeddingSpace.builder("p", "m", 4).documentPrefix("r").build(),
                EmbeddingSpace.builder("p", "m", 4).queryPrefix("r").build());

        assertThat(spaces.stream().map(space -> EmbeddingKey.of("t", space, Input.QUERY, "a")))
                .doesNotHaveDuplicates();
        assertThat(EmbeddingKey.of("t", spaces.get(0), Input.QUERY, "a"))
                .isEqualTo(EmbeddingKey.of("t", spaces.get(0), Input.QUERY, "a"))
                .isNotEqualTo(EmbeddingKey.of("u", spaces.get(0), Input.QUERY, "a"))
                .isNotEqualTo(EmbeddingKey.of("t", spaces.get(0), Input.DOCUMENT, "a"))
                .isNotEqualTo(EmbeddingKey.of("t", spaces.get(0), Input.QUERY, "b"));
        assertThat(EmbeddingKey.of("t", spaces.get(0), Input.QUERY, "a\ud800"))
                .isNotEqualTo(EmbeddingKey.of("t", spaces.get(0), Input.QUERY, "a\ud801"))
                .isNotEqualTo(EmbeddingKey.of("t", spaces.get(0), Input.QUERY, "a?"))
                .hasToString("EmbeddingKey["
                        + EmbeddingKey.of("u", spaces.get(0), Input.QUERY, "a\ud800")
                                .digest() + "]");
    }

    @Test
    void S10_whatOneTenantPutInNoOtherFinds() {
        CachedEmbedder a = cached.tenant("a");
        CachedEmbedder b = cached.tenant("b");
        List<String> texts = IntStream.range(0, 300).mapToObj(i -> "text " + i).toList();
        a.embedDocuments(texts);
        a.embedQueries(texts);
        int before = model.texts();
        b.embedDocuments(texts);
        b.embedQueries(texts);
        cached.embedDocuments(texts);
        int asked = model.texts() - before;
        System.out.println(
                "S-10: 300 texts primed by tenant a, " + (900 - asked) + " of 900 answered to others from it");

        assertThat(asked).isEqualTo(900);
        assertThatThrownBy(() -> cached.tenant(" ")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theLeastRecentlyUsedIsForgotten() {
        CachedEmbedder small = CachedEmbedder.of(model, EmbeddingCache.inMemory(3));
        small.embedDocuments(List.of("a"));
        small.embedDocuments(List.of("b"));
        small.embedDocuments(List.of("c"));
        small.embedDocuments(List.of("a"));
        small.embedDocuments(List.of("d"));
        int before = model.texts();

        small.embedDocuments(List.of("a", "c", "d"));
        assertThat(model.texts()).isEqualTo(before);
        small.embedDocuments(List.of("b"));
        assertThat(model.texts()).isEqualTo(before + 1);
    }

    @Test
    void anyMapMayBeTheCache() {
        ConcurrentHashMap<EmbeddingKey, Embedding> map = new ConcurrentHashMap<>();
        CachedEmbedder.of(model, EmbeddingCache.in(map)).embedDocuments(List.of("a", "b"));
        CachedEmbedder.of(model, EmbeddingCache.in(map)).embedDocuments(List.of("a", "b"));

        assertThat(map).hasSize(2);
        assertThat(model.texts()).isEqualTo(2);
    }

    @Test
    void aCacheThatGivesWhatWasNotAskedForIsNotBelieved() {
        EmbeddingCache wrong = new EmbeddingCache() {
            @Override
            public Map<EmbeddingKey, Embedding> find(Collection<EmbeddingKey> keys) {
                return Map.of(EmbeddingKey.of("t", model.space(), Input.QUERY, "other"), Embedding.of(1, 2));
            }

            @Override
            public void keep(Map<EmbeddingKey, Embedding> embeddings) {
                embeddings.clear();
            }
        };

        assertThat(CachedEmbedder.of(model, wrong).embedQueries(List.of("a")).size())
                .isEqualTo(1);
    }

    @Test
    void severalThreadsGetTheEmbeddingsOfTheirTexts() {
        EmbeddingCache cache = EmbeddingCache.inMemory(50);
        CachedEmbedder shared = CachedEmbedder.of(model, cache);
        long seed = Seed.of("cached embedder", 20_261_122L);
        List<Callable<Set<Boolean>>> tasks = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            Random random = new Random(seed + thread);
            tasks.add(() -> {
                FakeEmbedder alone = FakeEmbedder.ofDimensions(32);
                Set<Boolean> equal = ConcurrentHashMap.newKeySet();
                for (int i = 0; i < 500; i++) {
                    List<String> texts = random.ints(5, 0, 100)
                            .mapToObj(number -> "text " + number)
                            .toList();
                    equal.add(shared.embedDocuments(texts)
                            .list()
                            .equals(alone.embedDocuments(texts).list()));
                }
                return equal;
            });
        }

        assertThat(Together.run(tasks)).containsOnly(Set.of(true));
        assertThat(cache).hasToString("EmbeddingCache.inMemory(50 of 50)");
    }

    @Test
    void theCapacityIsBounded() {
        assertThatThrownBy(() -> EmbeddingCache.inMemory(0))
                .hasMessage("capacity must be between 1 and 10000000, was 0");
        assertThatThrownBy(() -> new EmbeddingKey("t", "XYZ"))
                .hasMessage("digest must be 64 hexadecimal digits in lower case, had 3 characters");
    }
}
