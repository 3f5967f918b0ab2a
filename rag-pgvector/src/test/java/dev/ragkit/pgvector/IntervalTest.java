package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The interval of a recall keeps what it promises, however the misses are spread over the queries. */
class IntervalTest {
    private static final long SEED = Long.getLong("seed", 7);
    private static final int ROUNDS = Boolean.getBoolean("rag.deep") ? 40_000 : 4_000;
    private static final int K = 10;

    @Test
    void withHitsThatAreFoundIndependentlyItIsWilsonsIntervalOfTheHits() {
        // 100 queries of one hit, of which 90 are found
        double[] shares =
                IntStream.range(0, 100).mapToDouble(i -> i < 90 ? 1 : 0).toArray();
        Interval interval = Interval.of(shares, 100);
        assertThat(interval.lower()).isCloseTo(0.8256, within(1e-4));
        assertThat(interval.upper()).isCloseTo(0.9448, within(1e-4));
    }

    @Test
    void queriesThatMissNothingLeaveDoubtByTheirNumber() {
        assertThat(Interval.of(ones(1), K)).isEqualTo(new Interval(1 / (1 + 3.8414588206941254), 1));
        assertThat(Interval.of(ones(100), 1_000).lower()).isCloseTo(0.963, within(1e-3));
        assertThat(Interval.of(ones(1_000), 10_000).lower()).isCloseTo(0.9962, within(1e-4));
    }

    @Test
    void aMissNeverRaisesTheLowerEnd() {
        for (int queries : new int[] {1, 2, 10, 100, 500}) {
            double[] shares = ones(queries);
            double before = Interval.of(shares, (long) queries * K).lower();
            for (int i = 0; i < queries; i++) {
                shares[i] -= 1.0 / K;
                double lower = Interval.of(shares, (long) queries * K).lower();
                assertThat(lower)
                        .as("%d of %d queries with a miss", i + 1, queries)
                        .isLessThanOrEqualTo(before + 1e-12);
                before = lower;
            }
        }
    }

    @Test
    void theEndsAreNeverOutOfBoundsAndHoldTheMean() {
        Random random = new Random(SEED);
        for (int i = 0; i < 20_000; i++) {
            double[] shares = random.doubles(1 + random.nextInt(20))
                    .map(x -> Math.rint(x * K) / K)
                    .toArray();
            Interval interval = Interval.of(shares, (long) shares.length * K);
            double mean = Interval.mean(shares);
            assertThat(interval.lower())
                    .as("%s, seed %d", Arrays.toString(shares), SEED)
                    .isBetween(0.0, mean);
            assertThat(interval.upper()).isBetween(mean, 1.0);
        }
    }

    @ParameterizedTest
    @CsvSource({"0.95, 73", "0.98, 189", "0.99, 381", "0.999, 3838", "0.5, 4"})
    void soManyQueriesWithoutAMissReachALowerEnd(double lower, int queries) {
        assertThat(Interval.queriesFor(lower)).isEqualTo(queries);
        assertThat(Interval.of(ones(queries), (long) queries * K).lower()).isGreaterThanOrEqualTo(lower);
        assertThat(Interval.of(ones(queries - 1), (queries - 1L) * K).lower()).isLessThan(lower);
    }

    /** How the hits of a query are found: one by one, together, or not at all for some queries. */
    private enum Spread {
        INDEPENDENT(random -> binomial(random, 0.985), 0.985),
        ALL_OR_NOTHING(random -> random.nextDouble() < 0.985 ? 1 : 0, 0.985),
        ONE_IN_HUNDRED_LOST(random -> binomial(random, random.nextDouble() < 0.01 ? 0.1 : 0.995), 0.98605),
        UNEVEN(random -> binomial(random, Math.pow(random.nextDouble(), 1 / 9.0)), 0.9);

        private final ToDoubleFunction<Random> share;
        private final double recall;

        Spread(ToDoubleFunction<Random> share, double recall) {
            this.share = share;
            this.recall = recall;
        }

        private static double binomial(Random random, double found) {
            int hits = 0;
            for (int i = 0; i < K; i++) {
                hits += random.nextDouble() < found ? 1 : 0;
            }
            return (double) hits / K;
        }
    }

    /** What is promised is 97.5 % on each side, of which the upper one is worth less. */
    @ParameterizedTest
    @CsvSource({
        "INDEPENDENT, 30", "INDEPENDENT, 200", "ALL_OR_NOTHING, 30", "ALL_OR_NOTHING, 200",
        "ONE_IN_HUNDRED_LOST, 30", "ONE_IN_HUNDRED_LOST, 200", "UNEVEN, 30", "UNEVEN, 200"
    })
    void theLowerEndIsBelowTheTrueRecall(Spread spread, int queries) {
        Random random = new Random(SEED);
        int below = 0;
        int above = 0;
        int student = 0;
        for (int i = 0; i < ROUNDS; i++) {
            double[] shares = IntStream.range(0, queries)
                    .mapToDouble(j -> spread.share.applyAsDouble(random))
                    .toArray();
            Interval interval = Interval.of(shares, (long) queries * K);
            below += interval.lower() <= spread.recall ? 1 : 0;
            above += interval.upper() >= spread.recall ? 1 : 0;
            student += studentsLower(shares) <= spread.recall ? 1 : 0;
        }
        System.out.printf(
                Locale.ROOT,
                "interval of recall, %s, %d queries: lower end holds %.3f, upper %.3f; Student's lower end %.3f (seed %d)%n",
                spread,
                queries,
                below / (double) ROUNDS,
                above / (double) ROUNDS,
                student / (double) ROUNDS,
                SEED);
        assertThat(below / (double) ROUNDS).isGreaterThan(0.965);
        assertThat(above / (double) ROUNDS).isGreaterThan(0.92);
    }

    private static double studentsLower(double[] shares) {
        double mean = Interval.mean(shares);
        double variance =
                Arrays.stream(shares).map(x -> (x - mean) * (x - mean)).sum() / (shares.length - 1);
        return mean - (shares.length < 50 ? 2.045 : 1.972) * Math.sqrt(variance / shares.length);
    }

    private static double[] ones(int count) {
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        return ones;
    }
}
