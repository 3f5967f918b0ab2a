package dev.ragkit.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ragkit.DocumentVersion;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Hit;
import dev.ragkit.Metric;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.StoreException;
import dev.ragkit.VectorStore;
import dev.ragkit.testkit.ListStore.Kept;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** Stores that are right in the middle and wrong at the edges. */
final class WrongEdges {
    private WrongEdges() {}

    @CaughtBy({
        "nothingBelowTheLeastScoreIsFound",
        "aLeastScoreAboveAllFindsNothing",
        "theFilterAndTheLeastScoreBothHold",
        "filtersAndScoresDoNotReachIntoAnotherTenant"
    })
    static final class LeastScoreIgnored extends WrongStore {
        LeastScoreIgnored() {
            super(new StoreRules() {
                @Override
                boolean reaches(double score, double minScore) {
                    return true;
                }
            });
        }
    }

    @CaughtBy("theNearestComeFirst")
    static final class FarthestFirst extends WrongStore {
        FarthestFirst() {
            super(new StoreRules() {
                @Override
                Comparator<Hit> order() {
                    return Comparator.comparingDouble(Hit::score);
                }
            });
        }
    }

    @CaughtBy({"tenHitsAreTheDefault", "everyLimitIsReached"})
    static final class LimitIgnored extends WrongStore {
        LimitIgnored() {
            super(new StoreRules() {
                @Override
                SearchResult result(List<Hit> hits, int limit) {
                    return super.result(hits, Integer.MAX_VALUE);
                }
            });
        }
    }

    @CaughtBy("theSameSearchFindsTheSame")
    static final class ScoresThatWaver extends WrongStore {
        ScoresThatWaver() {
            super(new StoreRules() {
                private final Random random = new Random(1);

                @Override
                double score(Metric metric, Embedding query, Embedding embedding) {
                    return super.score(metric, query, embedding) + 1e-9 * random.nextDouble();
                }
            });
        }
    }

    @CaughtBy("theScoreIsCalledVector")
    static final class ScoreUnderAnotherName extends WrongStore {
        ScoreUnderAnotherName() {
            super(new StoreRules() {
                @Override
                SearchResult chosen(List<Candidate> candidates, SearchOptions options, String origin) {
                    return super.chosen(candidates, options, "similarity");
                }
            });
        }
    }

    @CaughtBy("anEmptyStoreFindsNothing")
    static final class FailsWhereNothingIs extends WrongStore {
        FailsWhereNothingIs() {
            super(new StoreRules() {
                @Override
                SearchResult result(List<Hit> hits, int limit) {
                    if (hits.isEmpty()) {
                        throw new StoreException("nothing was found");
                    }
                    return super.result(hits, limit);
                }
            });
        }
    }

    @CaughtBy({"tellsItsSpaceAndItsMetric", "everyTenantHasTheSpaceAndTheMetricOfTheCollection"})
    static final class ASpaceForEachTenant extends WrongStore {
        ASpaceForEachTenant() {
            super(new StoreRules() {
                @Override
                EmbeddingSpace space(EmbeddingSpace space, String tenant) {
                    return EmbeddingSpace.builder(space.provider(), tenant, space.dimensions())
                            .build();
                }
            });
        }
    }

    @CaughtBy("aStoreThatWasNotToldATenantIsOnTheDefaultOne")
    static final class NoDefaultTenant extends WrongStore {
        NoDefaultTenant() {
            super(new StoreRules() {
                @Override
                String tenant(String name) {
                    return "told " + super.tenant(name);
                }
            });
        }
    }

    @CaughtBy("handlesOnOneTenantShareItsDocuments")
    static final class EachHandleByItself extends WrongStore {
        EachHandleByItself() {
            super(new StoreRules() {
                private int handles;

                @Override
                String tenant(String name) {
                    return super.tenant(name).equals(VectorStore.DEFAULT_TENANT) ? name : name + handles++;
                }
            });
        }
    }

    @CaughtBy("versionsAndIdsOfAnotherTenantAreNotSeen")
    static final class OneLedgerForAllTenants extends WrongStore {
        OneLedgerForAllTenants() {
            super(new StoreRules() {
                @Override
                Map<String, Kept> ledger(Map<String, Map<String, Kept>> tenants, String tenant) {
                    Map<String, Kept> all = new TreeMap<>();
                    tenants.values().forEach(all::putAll);
                    all.putAll(visible(tenants, tenant));
                    return all;
                }
            });
        }
    }

    @CaughtBy("versionsLeaveOutWhatIsNotThere")
    static final class VersionsOfWhatIsNotThere extends WrongStore {
        VersionsOfWhatIsNotThere() {
            super(new StoreRules() {
                @Override
                Map<String, DocumentVersion> versions(Map<String, Kept> own, Collection<String> ids) {
                    Map<String, DocumentVersion> versions = super.versions(own, ids);
                    ids.forEach(id -> versions.putIfAbsent(id, new DocumentVersion("none", false)));
                    return versions;
                }
            });
        }
    }

    @CaughtBy({"versionsTakeAnyNumberOfIds", "deleteTakesAnyNumberOfIds"})
    static final class OneParameterAnId extends WrongStore {
        OneParameterAnId() {
            super(new StoreRules() {
                @Override
                Map<String, DocumentVersion> versions(Map<String, Kept> own, Collection<String> ids) {
                    return super.versions(own, bound(ids));
                }

                @Override
                int delete(Map<String, Map<String, Kept>> next, String tenant, Collection<String> ids) {
                    return super.delete(next, tenant, bound(ids));
                }
            });
        }

        private static Collection<String> bound(Collection<String> ids) {
            if (ids.size() > 65_535) {
                throw new StoreException("a statement takes at most 65535 parameters, had " + ids.size());
            }
            return ids;
        }
    }

    @CaughtBy("whatWasDeletedCanComeBack")
    static final class DeletedForEver extends WrongStore {
        DeletedForEver() {
            super(new StoreRules() {
                private final Set<String> deleted = new HashSet<>();

                @Override
                int delete(Map<String, Map<String, Kept>> next, String tenant, Collection<String> ids) {
                    deleted.addAll(ids);
                    return super.delete(next, tenant, ids);
                }

                @Override
                void put(Map<String, Map<String, Kept>> next, String tenant, EmbeddedDocument document) {
                    if (!deleted.contains(document.document().id())) {
                        super.put(next, tenant, document);
                    }
                }
            });
        }
    }

    @CaughtBy("aPageMayStartBetweenIds")
    static final class PagesStartAtIdsOnly extends WrongStore {
        PagesStartAtIdsOnly() {
            super(new StoreRules() {
                @Override
                List<String> page(List<String> ids, String after) {
                    return after.isEmpty() || ids.contains(after) ? super.page(ids, after) : ids;
                }
            });
        }
    }

    @CaughtBy("pagesHaveOneToTenThousandIds")
    static final class PagesOfAnySize extends WrongStore {
        PagesOfAnySize() {
            super(new StoreRules() {
                @Override
                void checkPage(int limit) {}
            });
        }
    }

    @CaughtBy({"replaceAddsDocuments", "replaceLeavesOtherDocumentsAlone"})
    static final class ReplacesEverything extends WrongStore {
        ReplacesEverything() {
            super(new StoreRules() {
                @Override
                void publish(
                        ListStore.Shared shared,
                        Map<String, Map<String, Kept>> next,
                        String tenant,
                        List<EmbeddedDocument> documents) {
                    Set<String> ids = new HashSet<>();
                    documents.forEach(document -> ids.add(document.document().id()));
                    next.getOrDefault(tenant, Map.of()).keySet().retainAll(ids);
                    super.publish(shared, next, tenant, documents);
                }
            });
        }
    }

    @CaughtBy("replacingNothingChangesNothing")
    static final class NothingClearsTheTenant extends WrongStore {
        NothingClearsTheTenant() {
            super(new StoreRules() {
                @Override
                void publish(
                        ListStore.Shared shared,
                        Map<String, Map<String, Kept>> next,
                        String tenant,
                        List<EmbeddedDocument> documents) {
                    if (documents.isEmpty()) {
                        next.remove(tenant);
                    }
                    super.publish(shared, next, tenant, documents);
                }
            });
        }
    }

    @CaughtBy("theLongestIdAndTenantFitTogether")
    static final class KeysOfAnIndexRow extends WrongStore {
        KeysOfAnIndexRow() {
            super(new StoreRules() {
                @Override
                void put(Map<String, Map<String, Kept>> next, String tenant, EmbeddedDocument document) {
                    int bytes = (tenant + document.document().id()).getBytes(UTF_8).length;
                    if (bytes > 2_704) {
                        throw new StoreException("index row size " + bytes + " exceeds 2704");
                    }
                    super.put(next, tenant, document);
                }
            });
        }
    }

    @CaughtBy("anInterruptedWriteKeepsTheFlagAndIsWholeOrUndone")
    static final class ClearsTheInterruptFlagOfWrites extends WrongStore {
        ClearsTheInterruptFlagOfWrites() {
            super(new StoreRules() {
                @Override
                void checkIds(List<EmbeddedDocument> documents) {
                    Thread.interrupted();
                    super.checkIds(documents);
                }
            });
        }
    }
}
