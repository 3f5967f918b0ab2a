package dev.ragkit.testkit;

/** The seed of a random test: fixed unless {@code -Dseed=} gives another one, and always printed. */
final class Seed {
    private Seed() {}

    static long of(String test, long fixed) {
        long seed = Long.getLong("seed", fixed);
        System.out.println(test + ": seed " + seed + " (replay with -Dseed=" + seed + ")");
        return seed;
    }
}
