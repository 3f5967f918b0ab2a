package dev.ragkit.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ragkit.Chunk;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Hit;
import dev.ragkit.Metadata;
import dev.ragkit.Metric;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.testkit.ListStore.Kept;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Stores that search wrongly. */
final class WrongSearches {
    private WrongSearches() {}

    @CaughtBy({"theFilterComesBeforeTheLimit", "everyShareOfMatchingChunksFillsTheLimit"})
    static final class FilterAfterTheLimit extends WrongStore {
        FilterAfterTheLimit() {
            super(new StoreRules() {
                @Override
                SearchResult chosen(List<Candidate> candidates, SearchOptions options, String origin) {
                    return super.chosen(nearest(candidates, options.limit()), options, origin);
                }
            });
        }
    }

    @CaughtBy({"everyShareOfMatchingChunksFillsTheLimit", "everyLimitIsReached", "equalVectorsAreAllFound"})
    static final class FortyCandidatesOnly extends WrongStore {
        FortyCandidatesOnly() {
            super(new StoreRules() {
                @Override
                SearchResult chosen(List<Candidate> candidates, SearchOptions options, String origin) {
                    return super.chosen(nearest(candidates, 40), options, origin);
                }
            });
        }
    }

    @CaughtBy("aSearchFillsItsLimitFromItsOwnTenant")
    static final class CandidatesOfAllTenantsFirst extends WrongStore {
        CandidatesOfAllTenantsFirst() {
            super(new StoreRules() {
                @Override
                List<Candidate> candidates(Embedding query, ListStore store, Map<String, Map<String, Kept>> tenants) {
                    List<Candidate> all = new ArrayList<>();
                    tenants.values().forEach(each -> all.addAll(candidates(query, store.metric(), each.values())));
                    Collection<Kept> own = store.own().values();
                    return nearest(all, 40).stream()
                            .filter(candidate -> own.stream().anyMatch(kept -> kept == candidate.kept()))
                            .toList();
                }
            });
        }
    }

    @CaughtBy({"equalScoresAreOrderedByDocumentIdInCodePointOrder", "aLimitCutsEqualScoresInOrder"})
    static final class TiesReversed extends WrongStore {
        TiesReversed() {
            super(ordered(Comparator.comparingDouble(Hit::score)
                    .reversed()
                    .thenComparing(hit -> hit.chunk().documentId(), Found.CODE_POINT_ORDER.reversed())
                    .thenComparingInt(hit -> hit.chunk().ordinal())));
        }
    }

    @CaughtBy("equalScoresAreOrderedByDocumentIdInCodePointOrder")
    static final class TiesInTheOrderOfJavaStrings extends WrongStore {
        TiesInTheOrderOfJavaStrings() {
            super(ordered(Comparator.comparingDouble(Hit::score)
                    .reversed()
                    .thenComparing(hit -> hit.chunk().documentId())
                    .thenComparingInt(hit -> hit.chunk().ordinal())));
        }
    }

    @CaughtBy("equalScoresInOneDocumentAreOrderedByOrdinal")
    static final class OrdinalsAsText extends WrongStore {
        OrdinalsAsText() {
            super(ordered(Comparator.comparingDouble(Hit::score)
                    .reversed()
                    .thenComparing(hit -> hit.chunk().documentId(), Found.CODE_POINT_ORDER)
                    .thenComparing(hit -> String.valueOf(hit.chunk().ordinal()))));
        }
    }

    @CaughtBy({"scoresAreNotRescaled", "scoresAreThoseOfTheMetric"})
    static final class ScoresRescaled extends WrongStore {
        ScoresRescaled() {
            super(new StoreRules() {
                @Override
                double score(Metric metric, Embedding query, Embedding embedding) {
                    return (1 + super.score(metric, query, embedding)) / 2;
                }
            });
        }
    }

    @CaughtBy("scoresAreThoseOfTheMetric")
    static final class InnerProductForCosine extends WrongStore {
        InnerProductForCosine() {
            super(new StoreRules() {
                @Override
                double score(Metric metric, Embedding query, Embedding embedding) {
                    return query.dot(embedding);
                }
            });
        }
    }

    @CaughtBy("theLeastScoreIsInclusive")
    static final class LeastScoreExclusive extends WrongStore {
        LeastScoreExclusive() {
            super(new StoreRules() {
                @Override
                boolean reaches(double score, double minScore) {
                    return score > minScore;
                }
            });
        }
    }

    @CaughtBy({"anEmbeddingOfOtherDimensionsIsRefused", "aZeroEmbeddingIsRefusedUnderCosineAndTakenUnderL2"})
    static final class QueriesUnchecked extends WrongStore {
        QueriesUnchecked() {
            super(new StoreRules() {
                @Override
                void checkQuery(EmbeddingSpace space, Metric metric, Embedding embedding) {}

                @Override
                double score(Metric metric, Embedding query, Embedding embedding) {
                    return query.dimensions() == embedding.dimensions() ? super.score(metric, query, embedding) : 0;
                }
            });
        }
    }

    @CaughtBy("aLimitKeepsTheNearest")
    static final class MissesTheNearestThoughExact extends WrongStore {
        MissesTheNearestThoughExact() {
            super(new ListStoreTest.MissesTheNearest());
        }
    }

    @CaughtBy("everyLimitIsReached")
    static final class SaysThatHitsAreMissing extends WrongStore {
        SaysThatHitsAreMissing() {
            super(new StoreRules() {
                @Override
                SearchResult result(List<Hit> hits, int limit) {
                    SearchResult right = super.result(hits, limit);
                    return new SearchResult(right.hits(), right.path(), hits.size() >= limit, right.examined());
                }
            });
        }
    }

    @CaughtBy("theMetadataOfTheChunkDecide")
    static final class MetadataOfTheDocument extends WrongStore {
        MetadataOfTheDocument() {
            super(new StoreRules() {
                @Override
                Metadata metadata(Candidate candidate) {
                    return candidate.kept().document().document().metadata();
                }
            });
        }
    }

    @CaughtBy({"numbersComeBackWithTheirType", "metadataComeBackUnchanged"})
    static final class NumbersAndListsThroughText extends WrongStore {
        NumbersAndListsThroughText() {
            super(reading(chunk -> {
                Map<String, Object> values = new HashMap<>();
                chunk.metadata().asMap().forEach((key, value) -> values.put(key, throughText(value)));
                return chunk.withMetadata(Metadata.of(values));
            }));
        }

        private static Object throughText(Object value) {
            if (value instanceof Long number) {
                return number.doubleValue();
            }
            return value instanceof List<?> list ? list.toString() : value;
        }
    }

    @CaughtBy("textComesBackUnchanged")
    static final class TextStripped extends WrongStore {
        TextStripped() {
            super(reading(chunk -> chunk.text().isBlank()
                    ? chunk
                    : Chunk.of(
                                    chunk.documentId(),
                                    chunk.ordinal(),
                                    chunk.start(),
                                    chunk.text().strip())
                            .withMetadata(chunk.metadata())
                            .withSource(chunk.source())));
        }
    }

    @CaughtBy("aTextIsKeptAsItIsOrRefused")
    static final class UnpairedSurrogatesLost extends WrongStore {
        UnpairedSurrogatesLost() {
            super(reading(chunk -> Chunk.of(chunk.documentId(), chunk.ordinal(), chunk.start(), utf8(chunk.text()))
                    .withMetadata(chunk.metadata())
                    .withSource(chunk.source())));
        }

        private static String utf8(String text) {
            return new String(text.getBytes(UTF_8), UTF_8);
        }
    }

    @CaughtBy({"offsetsComeBackUnchanged", "sourcesComeBackUnchanged"})
    static final class OffsetsAndSourceLost extends WrongStore {
        OffsetsAndSourceLost() {
            super(reading(chunk -> Chunk.of(chunk.documentId(), chunk.ordinal(), 0, chunk.text())
                    .withMetadata(chunk.metadata())));
        }
    }

    private static List<StoreRules.Candidate> nearest(List<StoreRules.Candidate> candidates, int count) {
        return candidates.stream()
                .sorted(Comparator.comparingDouble(StoreRules.Candidate::score).reversed())
                .limit(count)
                .toList();
    }

    private static StoreRules ordered(Comparator<Hit> order) {
        return new StoreRules() {
            @Override
            Comparator<Hit> order() {
                return order;
            }
        };
    }

    private static StoreRules reading(UnaryOperator<Chunk> read) {
        return new StoreRules() {
            @Override
            Chunk read(Chunk chunk) {
                return read.apply(chunk);
            }
        };
    }
}
