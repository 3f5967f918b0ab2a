package dev.ragkit.intercept;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Completion;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.Generator;
import dev.ragkit.KeywordIndex;
import dev.ragkit.Prompt;
import dev.ragkit.SearchOptions;
import dev.ragkit.TokenUsage;
import dev.ragkit.VectorStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InterceptedTest {
    private final List<String> log = new ArrayList<>();

    private final class Note implements Interceptor {
        private final String name;

        Note(String name) {
            this.name = name;
        }

        @Override
        public <T> T intercept(Invocation<T> invocation) {
            log.add(name + " " + invocation.component() + " " + invocation.operation() + " " + invocation.size());
            T result = invocation.proceed();
            log.add(name + " done");
            return result;
        }
    }

    @Test
    void theFirstInterceptorIsTheOutermost() {
        Generator target = prompt -> {
            log.add("target");
            return new Completion("x", Completion.Finish.STOP, TokenUsage.NONE, "m");
        };

        Intercepted.generator(target, new Note("a"), new Note("b")).generate(new Prompt("?", List.of(), List.of()));

        assertThat(log)
                .containsExactly("a GENERATOR generate 0", "b GENERATOR generate 0", "target", "b done", "a done");
    }

    @Test
    void everyCallOfAStoreGoesThrough() {
        EmbeddingSpace space = EmbeddingSpace.builder("p", "m", 2).build();
        VectorStore store = Intercepted.store(VectorStore.inMemory(space), new Note("n"));

        store.replace(List.of());
        store.delete(List.of("a"));
        store.versions(List.of("a", "b"));
        store.documentIds(Filter.all(), "", 7);
        store.tenant("t").search(Embedding.of(1, 0), SearchOptions.ofLimit(3));
        ((KeywordIndex) store.tenant("t")).search("words", SearchOptions.ofLimit(4));

        assertThat(log.stream().filter(line -> !line.endsWith("done")))
                .containsExactly(
                        "n STORE replace 0",
                        "n STORE delete 1",
                        "n STORE versions 2",
                        "n STORE documentIds 7",
                        "n STORE search 3",
                        "n STORE searchKeywords 4");
        assertThat(store.space()).isEqualTo(space);
    }
}
