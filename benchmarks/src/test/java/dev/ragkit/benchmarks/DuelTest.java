package dev.ragkit.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** The measuring, measured: contenders whose time and allocation are known. */
class DuelTest {
    /** Waits for so long and allocates so much. */
    private record Known(String name, long nanos, int bytes, AtomicInteger opened) implements Contender {
        @Override
        public Session open() {
            opened.incrementAndGet();
            return new Session() {
                @Override
                public Object search(int query) {
                    long end = System.nanoTime() + nanos;
                    while (System.nanoTime() < end) {
                        LockSupport.parkNanos(end - System.nanoTime());
                    }
                    return new byte[bytes];
                }

                @Override
                public List<Integer> rows(int query) {
                    return List.of(query);
                }

                @Override
                public void close() {
                    opened.decrementAndGet();
                }
            };
        }
    }

    private final AtomicInteger open = new AtomicInteger();

    @Test
    void ratiosAndBytesAreThoseOfTheContenders() {
        List<Contender> contenders =
                List.of(new Known("slow", 1_000_000, 100_000, open), new Known("fast", 200_000, 10_000, open));

        List<Duel.Figures> figures = new Duel(2, Duration.ofMillis(300), 10).run(contenders);

        Duel.Figures slow = figures.get(0);
        Duel.Figures fast = figures.get(1);
        assertThat(slow.name()).isEqualTo("slow");
        assertThat(slow.p50()).isGreaterThanOrEqualTo(1_000);
        assertThat(fast.p50()).isGreaterThanOrEqualTo(200);
        assertThat(slow.ratioTo(fast)).isGreaterThan(1);
        assertThat(slow.rangeTo(fast)[0]).isLessThanOrEqualTo(slow.rangeTo(fast)[1]);
        assertThat(slow.bytes()).isBetween(100_000.0, 105_000.0);
        assertThat(fast.bytes()).isBetween(10_000.0, 15_000.0);
        assertThat(open).hasValue(0);
    }

    @Test
    void quantilesAreInMicroseconds() {
        List<Long> nanos = List.of(5_000L, 1_000L, 3_000L, 2_000L, 4_000L);

        assertThat(Duel.quantile(nanos, 0.5)).isEqualTo(3);
        assertThat(Duel.quantile(nanos, 0.95)).isEqualTo(5);
        assertThat(Duel.quantile(nanos, 0)).isEqualTo(1);
    }
}
