package dev.ragkit.testkit;

import dev.ragkit.Chunk;
import dev.ragkit.Chunker;
import dev.ragkit.Document;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Chunkers that are wrong in one way each. */
final class WrongChunkers {
    private WrongChunkers() {}

    /** A step of a wrong chunker. */
    interface Cut {
        List<Chunk> chunk(Document document);
    }

    /** The suite over a wrong chunker. */
    abstract static class WrongChunker extends ChunkerContract {
        private final Cut cut;

        WrongChunker(Cut cut) {
            this.cut = cut;
        }

        @Override
        protected Chunker chunker() {
            return new Chunker() {
                @Override
                public List<Chunk> chunk(Document document) {
                    return cut.chunk(document);
                }

                @Override
                public String id() {
                    return "wrong";
                }
            };
        }

        @Override
        protected int maxSize() {
            return FixedChunks.SIZE;
        }

        static List<Chunk> right(Document document) {
            return new FixedChunks().chunk(document);
        }

        static List<Chunk> numbered(Document document, List<Chunk> chunks) {
            List<Chunk> numbered = new ArrayList<>();
            for (Chunk chunk : chunks) {
                numbered.add(Chunk.of(document, numbered.size(), chunk.start(), chunk.end()));
            }
            return numbered;
        }
    }

    @CaughtBy("everythingButWhiteSpaceIsInAChunk")
    static final class DropsTheTail extends WrongChunker {
        DropsTheTail() {
            super(document -> {
                List<Chunk> chunks = right(document);
                return chunks.size() > 2 ? chunks.subList(0, chunks.size() - 1) : chunks;
            });
        }
    }

    @CaughtBy("chunksAreVerbatimPiecesAtTheirOffsets")
    static final class OffsetsOfStrippedText extends WrongChunker {
        OffsetsOfStrippedText() {
            super(document -> right(Document.of(document.id(), document.text().strip())));
        }
    }

    @CaughtBy("chunksAreVerbatimPiecesAtTheirOffsets")
    static final class WhiteSpaceNormalised extends WrongChunker {
        WhiteSpaceNormalised() {
            super(document -> right(document).stream()
                    .map(chunk -> Chunk.of(
                            chunk.documentId(),
                            chunk.ordinal(),
                            chunk.start(),
                            chunk.text().replaceAll("\\s", " ")))
                    .toList());
        }
    }

    @CaughtBy("chunksAreNumberedFromZero")
    static final class NumbersFromOne extends WrongChunker {
        NumbersFromOne() {
            super(document -> right(document).stream()
                    .map(chunk -> Chunk.of(document, chunk.ordinal() + 1, chunk.start(), chunk.end()))
                    .toList());
        }
    }

    @CaughtBy("chunksAreInTheOrderOfTheText")
    static final class FromTheEnd extends WrongChunker {
        FromTheEnd() {
            super(document -> {
                List<Chunk> reversed = new ArrayList<>(right(document));
                Collections.reverse(reversed);
                return numbered(document, reversed);
            });
        }
    }

    @CaughtBy({"noChunkIsBlank", "aBlankTextHasNoChunks", "noSurrogatePairIsCut"})
    static final class EveryFiftyCharacters extends WrongChunker {
        EveryFiftyCharacters() {
            super(document -> {
                List<Chunk> chunks = new ArrayList<>();
                for (int start = 0; start < document.text().length(); start += FixedChunks.SIZE) {
                    int end = Math.min(document.text().length(), start + FixedChunks.SIZE);
                    chunks.add(Chunk.of(document, chunks.size(), start, end));
                }
                return chunks;
            });
        }
    }

    @CaughtBy("noChunkIsLargerThanTheLimit")
    static final class WholeDocuments extends WrongChunker {
        WholeDocuments() {
            super(document -> document.text().isBlank()
                    ? List.of()
                    : List.of(Chunk.of(document, 0, 0, document.text().length())));
        }
    }

    @CaughtBy("theSameDocumentAlwaysGivesTheSameChunks")
    static final class EachTimeDifferent extends WrongChunker {
        EachTimeDifferent() {
            super(new Cut() {
                private final AtomicInteger calls = new AtomicInteger();

                @Override
                public List<Chunk> chunk(Document document) {
                    List<Chunk> chunks = new ArrayList<>(right(document));
                    if (calls.incrementAndGet() % 2 == 0 && document.text().startsWith("xx")) {
                        Chunk first = chunks.remove(0);
                        chunks.add(0, Chunk.of(document, 0, first.start() + 1, first.end()));
                        chunks.add(0, Chunk.of(document, 0, first.start(), first.start() + 1));
                    }
                    return numbered(document, chunks);
                }
            });
        }
    }

    @CaughtBy("chunksCarryTheIdTheSourceAndTheMetadataOfTheDocument")
    static final class ForgetsTheMetadata extends WrongChunker {
        ForgetsTheMetadata() {
            super(document -> right(document).stream()
                    .map(chunk -> Chunk.of(chunk.documentId(), chunk.ordinal(), chunk.start(), chunk.text()))
                    .toList());
        }
    }

    @CaughtBy("severalThreadsMayUseOneChunker")
    static final class ForOneThread extends WrongChunker {
        ForOneThread() {
            super(new Cut() {
                private final Thread owner = Thread.currentThread();

                @Override
                public List<Chunk> chunk(Document document) {
                    return Thread.currentThread() == owner ? right(document) : List.of();
                }
            });
        }
    }

    @CaughtBy("theIdIsStable")
    static final class AnIdEachTime extends ChunkerContract {
        private static final AtomicInteger IDS = new AtomicInteger();

        @Override
        protected Chunker chunker() {
            return new Chunker() {
                @Override
                public List<Chunk> chunk(Document document) {
                    return new FixedChunks().chunk(document);
                }

                @Override
                public String id() {
                    return "chunker " + IDS.incrementAndGet();
                }
            };
        }
    }
}
