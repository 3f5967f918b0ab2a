package dev.ragkit.testkit;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.Hit;
import dev.ragkit.Metric;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.VectorStore;
import dev.ragkit.testkit.ListStore.Kept;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Keyword indexes that are wrong in one way each. */
final class WrongKeywordIndexes {
    private WrongKeywordIndexes() {}

    /** The suite over a {@link ListStore} with one rule broken. */
    abstract static class WrongIndex extends KeywordIndexContract {
        private final StoreRules rules;

        WrongIndex(StoreRules rules) {
            this.rules = rules;
        }

        @Override
        protected VectorStore create(EmbeddingSpace space) {
            return new ListStore(space, Metric.COSINE, rules);
        }
    }

    @CaughtBy({"oneWordInCommonIsEnough", "moreWordsInCommonScoreHigher"})
    static final class AllWordsNeeded extends WrongIndex {
        AllWordsNeeded() {
            super(new StoreRules() {
                @Override
                boolean qualifies(Set<String> query, List<String> words) {
                    return words.containsAll(query);
                }
            });
        }
    }

    @CaughtBy({"noWordInCommonFindsNothing", "aTextWithoutWordsThatCountFindsNothing"})
    static final class EverythingQualifies extends WrongIndex {
        EverythingQualifies() {
            super(new StoreRules() {
                @Override
                boolean qualifies(Set<String> query, List<String> words) {
                    return true;
                }
            });
        }
    }

    @CaughtBy({"aRareWordWeighsMoreThanACommonOne", "scoresAreThoseOfBm25"})
    static final class NoInverseDocumentFrequency extends WrongIndex {
        NoInverseDocumentFrequency() {
            super(new StoreRules() {
                @Override
                double idf(long count, long having) {
                    return 1;
                }
            });
        }
    }

    @CaughtBy({"aWordThatEveryChunkHoldsStillScoresAboveZero", "scoresAreThoseOfBm25"})
    static final class ClassicInverseDocumentFrequency extends WrongIndex {
        ClassicInverseDocumentFrequency() {
            super(new StoreRules() {
                @Override
                double idf(long count, long having) {
                    return Math.log((count - having + 0.5) / (having + 0.5));
                }
            });
        }
    }

    @CaughtBy("otherTenantsDoNotCount")
    static final class StatisticsOfAllTenants extends WrongIndex {
        StatisticsOfAllTenants() {
            super(new StoreRules() {
                @Override
                Collection<Kept> counted(Collection<Kept> own, Map<String, Map<String, Kept>> tenants) {
                    return tenants.values().stream()
                            .flatMap(documents -> documents.values().stream())
                            .toList();
                }
            });
        }
    }

    @CaughtBy("nothingInTheTextIsTakenForSyntax")
    static final class ReadsOperators extends WrongIndex {
        ReadsOperators() {
            super(new StoreRules() {
                @Override
                List<String> queryWords(String text) {
                    return Arrays.stream(text.split("\\s+", -1))
                            .filter(word -> !word.startsWith("-") && !word.startsWith("!"))
                            .flatMap(word -> words(word).stream())
                            .toList();
                }
            });
        }
    }

    @CaughtBy("nothingInTheTextIsTakenForSyntax")
    static final class ReadsTags extends WrongIndex {
        ReadsTags() {
            super(new StoreRules() {
                @Override
                List<String> queryWords(String text) {
                    return words(text.replaceAll("<[a-z]+>", " "));
                }
            });
        }
    }

    @CaughtBy({"theFilterComesBeforeTheLimit", "everyLimitIsReached"})
    static final class FortyCandidatesOnly extends WrongIndex {
        FortyCandidatesOnly() {
            super(new StoreRules() {
                @Override
                SearchResult chosen(List<Candidate> candidates, SearchOptions options, String origin) {
                    return super.chosen(candidates.subList(0, Math.min(40, candidates.size())), options, origin);
                }
            });
        }
    }

    @CaughtBy("aLimitKeepsTheBest")
    static final class LimitBeforeRanking extends WrongIndex {
        LimitBeforeRanking() {
            super(new StoreRules() {
                @Override
                SearchResult chosen(List<Candidate> candidates, SearchOptions options, String origin) {
                    int first = Math.min(options.limit(), candidates.size());
                    return super.chosen(
                            options.filter().equals(Filter.all()) ? candidates.subList(0, first) : candidates,
                            options,
                            origin);
                }
            });
        }
    }

    @CaughtBy("equalScoresAreOrderedByDocumentIdThenOrdinal")
    static final class TiesInTheOrderOfJavaStrings extends WrongIndex {
        TiesInTheOrderOfJavaStrings() {
            super(new StoreRules() {
                @Override
                Comparator<Hit> order() {
                    return Comparator.comparingDouble(Hit::score)
                            .reversed()
                            .thenComparing(hit -> hit.chunk().documentId())
                            .thenComparingInt(hit -> hit.chunk().ordinal());
                }
            });
        }
    }
}
