package dev.ragkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SeedTest {
    @Test
    void theCommandLineWins() {
        String before = System.getProperty("seed");
        try {
            System.setProperty("seed", "7");
            assertThat(Seed.of("theCommandLineWins", 1)).isEqualTo(7);
            System.clearProperty("seed");
            assertThat(Seed.of("theCommandLineWins", 1)).isEqualTo(1);
        } finally {
            if (before != null) {
                System.setProperty("seed", before);
            }
        }
    }
}
