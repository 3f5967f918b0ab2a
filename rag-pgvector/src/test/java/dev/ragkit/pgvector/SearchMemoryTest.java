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
        assertThat(memory.way("a", FILTER)).isEqualTo(State.INDEX);
        memory.keep("a", FILTER, found(State.EXACT_BY_METADATA, 50));
        List<State> ways =
                IntStream.range(0, 150).mapToObj(i -> memory.way("a", FILTER)).toList();
        assertThat(ways.subList(0, 100)).containsOnly(State.EXACT_BY_METADATA);
        assertThat(ways.subList(100, 150)).as("the server is asked anew").containsOnly(State.INDEX);
    }

    @Test
    void anotherTenantAndAnotherFilterAreNotKnown() {
        memory.keep("a", FILTER, found(State.EXACT, 50));
        assertThat(memory.way("a", FILTER)).isEqualTo(State.EXACT);
        assertThat(memory.way("b", FILTER)).isEqualTo(State.INDEX);
        assertThat(memory.way("a", BoundFilter.of(Filter.all()))).isEqualTo(State.INDEX);
        assertThat(memory.way("a", BoundFilter.of(Filter.eq("lang", "de")))).isEqualTo(State.INDEX);
    }

    @Test
    void manyRowsAreNotLookedAtOnTheWordOfAnEarlierSearch() {
        memory.keep("a", FILTER, found(State.EXACT, 10_001));
        assertThat(memory.way("a", FILTER)).isEqualTo(State.INDEX);
        memory.keep("a", FILTER, found(State.EXACT, 10_000));
        memory.check("a", FILTER, found(State.EXACT, 10_001));
        assertThat(memory.way("a", FILTER)).isEqualTo(State.INDEX);
    }

    @Test
    void aTenantIsLargeWhileTheIndexServesIt() {
        BoundFilter all = BoundFilter.of(Filter.all());
        memory.keep("a", all, found(State.INDEX, 10));
        assertThat(memory.isLarge("a")).isTrue();
        memory.keep("a", FILTER, found(State.EXACT, 10));
        assertThat(memory.isLarge("a")).isTrue();
        memory.keep("a", all, found(State.EXACT, 10));
        assertThat(memory.isLarge("a")).isFalse();
    }
}
