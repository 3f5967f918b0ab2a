package dev.ragkit.testkit;

import dev.ragkit.Chunker;
import dev.ragkit.TokenCounter;
import org.junit.jupiter.api.Nested;

class CoreChunkersTest {
    private static final TokenCounter WORDS =
            text -> text.isBlank() ? 0 : text.strip().split("\\s+", -1).length;

    @Nested
    class RecursiveWithDefaults extends ChunkerContract {
        @Override
        protected Chunker chunker() {
            return Chunker.recursive().build();
        }

        @Override
        protected int maxSize() {
            return 1_000;
        }
    }

    @Nested
    class RecursiveAtItsSmallest extends ChunkerContract {
        @Override
        protected Chunker chunker() {
            return Chunker.recursive().maxSize(16).overlap(0).build();
        }

        @Override
        protected int maxSize() {
            return 16;
        }
    }

    @Nested
    class RecursiveWithTheMostOverlap extends ChunkerContract {
        @Override
        protected Chunker chunker() {
            return Chunker.recursive().maxSize(80).overlap(40).build();
        }

        @Override
        protected int maxSize() {
            return 80;
        }
    }

    @Nested
    class RecursiveByWords extends ChunkerContract {
        @Override
        protected Chunker chunker() {
            return Chunker.recursive()
                    .maxSize(20)
                    .overlap(5)
                    .measuredBy(WORDS, "words")
                    .build();
        }

        @Override
        protected int maxSize() {
            return 20;
        }

        @Override
        protected TokenCounter counter() {
            return WORDS;
        }
    }

    @Nested
    class SentencesWithDefaults extends ChunkerContract {
        @Override
        protected Chunker chunker() {
            return Chunker.sentences().build();
        }

        @Override
        protected int maxSize() {
            return 1_000;
        }
    }

    @Nested
    class SentencesThatAreTooLong extends ChunkerContract {
        @Override
        protected Chunker chunker() {
            return Chunker.sentences().maxSize(40).overlap(20).build();
        }

        @Override
        protected int maxSize() {
            return 40;
        }
    }
}
