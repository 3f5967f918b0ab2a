package dev.ragkit.testkit;

import dev.ragkit.Embedder;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Embeddings;
import dev.ragkit.ModelException;
import dev.ragkit.TokenUsage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;

/** Embedders that are wrong in one way each. */
final class WrongEmbedders {
    private WrongEmbedders() {}

    /** An embedder that is right where it is not overridden. */
    static class Rewritten implements Embedder {
        private final Embedder right = FakeEmbedder.ofDimensions(64);

        @Override
        public EmbeddingSpace space() {
            return right.space();
        }

        @Override
        public Embeddings embedDocuments(List<String> texts) {
            return embed(texts);
        }

        @Override
        public Embeddings embedQueries(List<String> texts) {
            return embed(texts);
        }

        Embeddings embed(List<String> texts) {
            return right.embedDocuments(texts);
        }
    }

    /** The suite over a wrong embedder. */
    abstract static class WrongEmbedder extends EmbedderContract {
        private final Embedder wrong;

        WrongEmbedder(Embedder wrong) {
            this.wrong = wrong;
        }

        /** Changes what comes out. */
        WrongEmbedder(UnaryOperator<List<Embedding>> change) {
            this(new Rewritten() {
                @Override
                Embeddings embed(List<String> texts) {
                    Embeddings right = super.embed(texts);
                    return new Embeddings(change.apply(right.list()), right.usage());
                }
            });
        }

        @Override
        protected Embedder embedder() {
            return wrong;
        }

        /** An embedding with something added to its first component. */
        static Embedding shifted(Embedding embedding, float by) {
            float[] values = embedding.toArray();
            values[0] += by;
            return Embedding.of(values).normalized();
        }
    }

    @CaughtBy({"embeddingsAreInTheOrderOfTheTexts", "manyTextsAreEmbeddedInOneCall"})
    static final class OrderSwapped extends WrongEmbedder {
        OrderSwapped() {
            super(right -> {
                List<Embedding> swapped = new ArrayList<>(right);
                if (swapped.size() > 1) {
                    Collections.swap(swapped, 0, 1);
                }
                return swapped;
            });
        }
    }

    @CaughtBy("thereIsOneEmbeddingAText")
    static final class DropsTheFourth extends WrongEmbedder {
        DropsTheFourth() {
            super(right -> right.size() == 4 ? right.subList(0, 3) : right);
        }
    }

    @CaughtBy({"neighboursMakeNoDifference", "theSameTextTwiceHasTheSameEmbeddingTwice"})
    static final class PositionCounts extends WrongEmbedder {
        PositionCounts() {
            super(right -> {
                List<Embedding> shifted = new ArrayList<>();
                right.forEach(embedding -> shifted.add(shifted(embedding, shifted.size())));
                return shifted;
            });
        }
    }

    @CaughtBy("differentTextsHaveDifferentEmbeddings")
    static final class OneForAll extends WrongEmbedder {
        OneForAll() {
            super(right -> right.stream()
                    .map(embedding -> shifted(embedding, Float.MAX_VALUE))
                    .toList());
        }
    }

    @CaughtBy("manyTextsAreEmbeddedInOneCall")
    static final class SixtyFourAtMost extends WrongEmbedder {
        SixtyFourAtMost() {
            super(right -> right.subList(0, Math.min(64, right.size())));
        }
    }

    @CaughtBy("embeddingsBelongToTheSpace")
    static final class NotNormalised extends WrongEmbedder {
        NotNormalised() {
            super(right -> right.stream()
                    .map(embedding -> {
                        float[] values = embedding.toArray();
                        for (int i = 0; i < values.length; i++) {
                            values[i] *= 3;
                        }
                        return Embedding.of(values);
                    })
                    .toList());
        }
    }

    @CaughtBy("theSpaceIsAlwaysTheSame")
    static final class AnotherSpaceEachTime extends WrongEmbedder {
        AnotherSpaceEachTime() {
            super(new Rewritten() {
                private int calls;

                @Override
                public EmbeddingSpace space() {
                    return EmbeddingSpace.builder("wrong", "model-" + calls++, 64)
                            .build();
                }
            });
        }
    }

    @CaughtBy("noTextsGiveNothingWithoutWork")
    static final class WorksForNothing extends WrongEmbedder {
        WorksForNothing() {
            super(new Rewritten() {
                @Override
                Embeddings embed(List<String> texts) {
                    return new Embeddings(super.embed(texts).list(), TokenUsage.ofInput(2));
                }
            });
        }
    }

    @CaughtBy("oneQueryIsEmbeddedLikeAListOfOne")
    static final class OneQueryApart extends WrongEmbedder {
        OneQueryApart() {
            super(new Rewritten() {
                @Override
                public Embedding embedQuery(String text) {
                    return shifted(super.embedQuery(text), 2);
                }
            });
        }
    }

    @CaughtBy("aLongTextIsReadToItsEndOrRefused")
    static final class CutsSilently extends WrongEmbedder {
        CutsSilently() {
            super(new Rewritten() {
                @Override
                Embeddings embed(List<String> texts) {
                    return super.embed(texts.stream()
                            .map(text -> text.substring(0, Math.min(2_000, text.length())))
                            .toList());
                }
            });
        }
    }

    @CaughtBy("aLongTextIsReadToItsEndOrRefused")
    static final class ShowsWhatItRefuses extends WrongEmbedder {
        ShowsWhatItRefuses() {
            super(new Rewritten() {
                @Override
                Embeddings embed(List<String> texts) {
                    for (String text : texts) {
                        if (text.length() > 2_000) {
                            throw new ModelException("too long: " + text);
                        }
                    }
                    return super.embed(texts);
                }
            });
        }
    }

    @CaughtBy("aTextWithoutWordsIsEmbeddedOrRefused")
    static final class FailsOnBlanks extends WrongEmbedder {
        FailsOnBlanks() {
            super(new Rewritten() {
                @Override
                Embeddings embed(List<String> texts) {
                    if (texts.stream().anyMatch(String::isBlank)) {
                        throw new ArithmeticException("/ by zero");
                    }
                    return super.embed(texts);
                }
            });
        }
    }

    @CaughtBy("severalThreadsMayUseOneEmbedder")
    static final class ForOneThread extends WrongEmbedder {
        ForOneThread() {
            super(new Rewritten() {
                private final Thread owner = Thread.currentThread();

                @Override
                Embeddings embed(List<String> texts) {
                    if (Thread.currentThread() != owner) {
                        throw new IllegalStateException("another thread");
                    }
                    return super.embed(texts);
                }
            });
        }
    }

    @CaughtBy("anInterruptEndsTheCallOrIsLeftSet")
    static final class ClearsTheInterruptFlag extends WrongEmbedder {
        ClearsTheInterruptFlag() {
            super(new Rewritten() {
                @Override
                Embeddings embed(List<String> texts) {
                    Thread.interrupted();
                    return super.embed(texts);
                }
            });
        }
    }
}
