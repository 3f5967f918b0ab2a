package dev.ragkit.testkit;

import dev.ragkit.Generator;
import org.junit.jupiter.api.Nested;

class CoreGeneratorsTest {
    @Nested
    class Extractive extends GeneratorContract {
        @Override
        protected Generator generator() {
            return Generator.extractive();
        }
    }
}
