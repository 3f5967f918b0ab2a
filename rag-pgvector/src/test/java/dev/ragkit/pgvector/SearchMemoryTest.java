package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Filter;
import dev.ragkit.pgvector.Rows.State;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SearchMemoryTest {
    private static final BoundFilter FILTER = BoundFilter.of(Filter.eq("lang", "en"));

    private final SearchMemory memory = new SearchMemory();

    private static Rows found(State state, long looked) {
        return new Rows(List.of(), state, looked);
    }

    @Test
    void whatWasSearchedExactlyIsSearchedExactlyAgainForAWhile() {
        assertThat(memory.way("a", FILTER, 10)).isEqualTo(State.INDEX);
        memory.keep("a", FILTER, 10, found(State.EXACT_BY_METADATA, 50));
        List<State> ways = IntStream.range(0, 80)
                .mapToObj(i -> memory.way("a", FILTER, 10))
                .toList();
        assertThat(ways.subList(0, 50)).containsOnly(State.EXACT_BY_METADATA);
        assertThat(ways.subList(50, 80)).as("the server is asked anew").containsOnly(State.INDEX);
    }

    @Test
    void anotherTenantAndAnotherFilterAreNotKnown() {
        memory.keep("a", FILTER, 10, found(State.EXACT, 50));
        assertThat(memory.way("a", FILTER, 10)).isEqualTo(State.EXACT);
        assertThat(memory.way("b", FILTER, 10)).isEqualTo(State.INDEX);
        assertThat(memory.way("a", BoundFilter.of(Filter.all()), 10)).isEqualTo(State.INDEX);
        assertThat(memory.way("a", BoundFilter.of(Filter.eq("lang", "de")), 10)).isEqualTo(State.INDEX);
        assertThat(memory.way("a", FILTER, 11)).isEqualTo(State.INDEX);
    }

    @Test
    void manyRowsAreNotLookedAtOnTheWordOfAnEarlierSearch() {
        memory.keep("a", FILTER, 10, found(State.EXACT, 10_001));
        assertThat(memory.way("a", FILTER, 10)).isEqualTo(State.INDEX);
        memory.keep("a", FILTER, 10, found(State.EXACT, 10_000));
        memory.check("a", FILTER, 10, found(State.EXACT, 10_001));
        assertThat(memory.way("a", FILTER, 10)).isEqualTo(State.INDEX);
    }

    @Test
    void aTenantIsLargeWhileTheIndexServesIt() {
        BoundFilter all = BoundFilter.of(Filter.all());
        memory.keep("a", all, 10, found(State.INDEX, 10));
        assertThat(memory.isLarge("a")).isTrue();
        memory.keep("a", FILTER, 10, found(State.EXACT, 10));
        assertThat(memory.isLarge("a")).isTrue();
        memory.keep("a", all, 10, found(State.EXACT, 10));
        assertThat(memory.isLarge("a")).isFalse();
    }
}
