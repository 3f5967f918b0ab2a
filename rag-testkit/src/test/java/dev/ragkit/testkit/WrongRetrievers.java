package dev.ragkit.testkit;

import dev.ragkit.Chunk;
import dev.ragkit.Embedder;
import dev.ragkit.Filter;
import dev.ragkit.Hit;
import dev.ragkit.InMemoryStore;
import dev.ragkit.Query;
import dev.ragkit.Retriever;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/** Retrievers that are wrong in one way each. */
final class WrongRetrievers {
    private WrongRetrievers() {}

    /** The suite over a wrong retriever. */
    abstract static class WrongRetriever extends RetrieverContract {
        private final BiFunction<Retriever, Query, List<Hit>> wrong;

        WrongRetriever(BiFunction<Retriever, Query, List<Hit>> wrong) {
            this.wrong = wrong;
        }

        /** Changes what comes out. */
        WrongRetriever(UnaryOperator<List<Hit>> change) {
            this((right, query) -> change.apply(new ArrayList<>(right.retrieve(query))));
        }

        @Override
        protected Retriever create(Embedder embedder, InMemoryStore store) {
            Retriever right = Retriever.vector(embedder, store);
            return query -> wrong.apply(right, query);
        }
    }

    @CaughtBy("thereAreAtMostAsManyHitsAsAsked")
    static final class ForgetsTheLimit extends WrongRetriever {
        ForgetsTheLimit() {
            super((right, query) -> right.retrieve(new Query(query.text(), Found.ALL)));
        }
    }

    @CaughtBy("onlyWhatTheFilterMatchesIsFound")
    static final class ForgetsTheFilter extends WrongRetriever {
        ForgetsTheFilter() {
            super((right, query) -> right.retrieve(query.where(Filter.all())));
        }
    }

    @CaughtBy("theBestComeFirst")
    static final class WorstFirst extends WrongRetriever {
        WorstFirst() {
            super(hits -> {
                Collections.reverse(hits);
                return hits;
            });
        }
    }

    @CaughtBy("noChunkIsFoundTwice")
    static final class BestTwice extends WrongRetriever {
        BestTwice() {
            super(hits -> {
                if (hits.size() > 1) {
                    hits.set(1, hits.get(0));
                }
                return hits;
            });
        }
    }

    @CaughtBy("hitsCarryTheChunksOfTheStore")
    static final class CutsTheText extends WrongRetriever {
        CutsTheText() {
            super(hits -> {
                hits.replaceAll(hit -> new Hit(
                        Chunk.of(hit.chunk().documentId(), hit.chunk().ordinal(), 0, "Valley")
                                .withMetadata(hit.chunk().metadata()),
                        hit.score(),
                        hit.scores()));
                return hits;
            });
        }
    }

    @CaughtBy("theTextThatAnswersIsFound")
    static final class AnswersAnotherQuestion extends WrongRetriever {
        AnswersAnotherQuestion() {
            super((right, query) -> right.retrieve(new Query("desert glacier", query.options())));
        }
    }

    @CaughtBy("nothingIsFoundInAnEmptyStore")
    static final class FailsWhereNothingIs extends WrongRetriever {
        FailsWhereNothingIs() {
            super(hits -> {
                hits.get(0);
                return hits;
            });
        }
    }

    @CaughtBy("everyHitSaysWhereItsScoreCameFrom")
    static final class ScoresFromNowhere extends WrongRetriever {
        ScoresFromNowhere() {
            super(hits -> {
                hits.replaceAll(hit -> new Hit(hit.chunk(), hit.score() * 2, Map.of("vector", hit.score())));
                return hits;
            });
        }
    }

    @CaughtBy("theSameQueryFindsTheSame")
    static final class EachTimeOneLess extends WrongRetriever {
        EachTimeOneLess() {
            super(new UnaryOperator<List<Hit>>() {
                private int calls;

                @Override
                public List<Hit> apply(List<Hit> hits) {
                    return ++calls % 2 == 0 && hits.size() > 1 ? hits.subList(0, hits.size() - 1) : hits;
                }
            });
        }
    }

    @CaughtBy("severalThreadsMayUseOneRetriever")
    static final class ForOneThread extends WrongRetriever {
        private static final Thread NOBODY = new Thread();

        ForOneThread() {
            super(new UnaryOperator<List<Hit>>() {
                private Thread owner = NOBODY;

                @Override
                public List<Hit> apply(List<Hit> hits) {
                    owner = owner == NOBODY ? Thread.currentThread() : owner;
                    return owner == Thread.currentThread() ? hits : List.of();
                }
            });
        }
    }

    @CaughtBy("anInterruptEndsTheCallOrIsLeftSet")
    static final class ClearsTheInterruptFlag extends WrongRetriever {
        ClearsTheInterruptFlag() {
            super((right, query) -> {
                Thread.interrupted();
                return right.retrieve(query);
            });
        }
    }
}
