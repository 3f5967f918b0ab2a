package dev.ragkit.testkit;

import dev.ragkit.EmbeddedChunk;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Metric;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.testkit.ListStore.Kept;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;

/** Stores that write, delete or tell tenants apart wrongly. */
final class WrongWrites {
    private WrongWrites() {}

    @CaughtBy({"aWrongDimensionIsRefusedByTheNameOfItsChunk", "nothingIsWrittenIfOneDimensionIsWrong"})
    static final class NoDimensionCheck extends WrongStore {
        NoDimensionCheck() {
            super(new StoreRules() {
                @Override
                void checkDimensions(EmbeddingSpace space, EmbeddedChunk chunk) {}
            });
        }
    }

    @CaughtBy("nothingIsWrittenIfOneDimensionIsWrong")
    static final class ChecksWhileWriting extends WrongStore {
        ChecksWhileWriting() {
            super(new StoreRules() {
                @Override
                Iterable<EmbeddedDocument> checked(
                        EmbeddingSpace space, Metric metric, List<EmbeddedDocument> documents) {
                    Iterator<EmbeddedDocument> checked = documents.stream()
                            .peek(document -> check(space, metric, document))
                            .iterator();
                    return () -> checked;
                }
            });
        }
    }

    @CaughtBy("aWrongDimensionIsRefusedByTheNameOfItsChunk")
    static final class RefusesWithoutNames extends WrongStore {
        RefusesWithoutNames() {
            super(new StoreRules() {
                @Override
                void checkDimensions(EmbeddingSpace space, EmbeddedChunk chunk) {
                    space.check(chunk.embedding());
                }
            });
        }
    }

    @CaughtBy("zerosAreRefusedUnderCosineAndTakenUnderL2")
    static final class TakesZeros extends WrongStore {
        TakesZeros() {
            super(new StoreRules() {
                @Override
                void checkDirection(Metric metric, EmbeddedChunk chunk) {}
            });
        }
    }

    @CaughtBy("anIdTwiceInOneCallIsRefused")
    static final class TakesAnIdTwice extends WrongStore {
        TakesAnIdTwice() {
            super(new StoreRules() {
                @Override
                void checkIds(List<EmbeddedDocument> documents) {}
            });
        }
    }

    @CaughtBy({"replaceDropsChunksThatAreGone", "aDocumentMayLoseAllItsChunks"})
    static final class KeepsStaleChunks extends WrongStore {
        KeepsStaleChunks() {
            super(new StoreRules() {
                @Override
                Kept kept(Kept old, EmbeddedDocument document) {
                    List<EmbeddedChunk> chunks = new ArrayList<>(document.chunks());
                    if (old != null && old.chunks().size() > chunks.size()) {
                        chunks.addAll(
                                old.chunks().subList(chunks.size(), old.chunks().size()));
                    }
                    return new Kept(document, chunks);
                }
            });
        }
    }

    @CaughtBy({"replaceTakesTheNewEmbeddings", "replaceTakesTheNewMetadataAndSource"})
    static final class KeepsTheFirstVersion extends WrongStore {
        KeepsTheFirstVersion() {
            super(new StoreRules() {
                @Override
                Kept kept(Kept old, EmbeddedDocument document) {
                    return old == null ? Kept.of(document) : old;
                }
            });
        }
    }

    @CaughtBy("replacingAgainChangesNothing")
    static final class AddsChunksAgain extends WrongStore {
        AddsChunksAgain() {
            super(new StoreRules() {
                @Override
                Kept kept(Kept old, EmbeddedDocument document) {
                    List<EmbeddedChunk> chunks = new ArrayList<>(document.chunks());
                    if (old != null && old.document().equals(document)) {
                        chunks.addAll(old.chunks());
                    }
                    return new Kept(document, chunks);
                }
            });
        }
    }

    @CaughtBy("aDocumentMayHaveNoChunks")
    static final class ForgetsDocumentsWithoutChunks extends WrongStore {
        ForgetsDocumentsWithoutChunks() {
            super(new StoreRules() {
                @Override
                void put(Map<String, Map<String, Kept>> next, String tenant, EmbeddedDocument document) {
                    super.put(next, tenant, document);
                    next.get(tenant).values().removeIf(kept -> kept.chunks().isEmpty());
                }
            });
        }
    }

    @CaughtBy("readersSeeTheOldChunksOrTheNewNeverAMixture")
    static final class ReplacesChunkByChunk extends WrongStore {
        ReplacesChunkByChunk() {
            super(new HalfFirst());
        }
    }

    @CaughtBy("deleteTakesNothingElse")
    static final class DeletesByPrefix extends WrongStore {
        DeletesByPrefix() {
            super(deleting((asked, id) -> asked.stream().anyMatch(each -> !each.isEmpty() && id.startsWith(each))));
        }
    }

    @CaughtBy("deleteTakesNothingElse")
    static final class DeletesByPattern extends WrongStore {
        DeletesByPattern() {
            super(deleting((asked, id) -> asked.contains(id) || asked.contains("%")));
        }
    }

    @CaughtBy("deleteCountsTheDocumentsThatWereThere")
    static final class CountsWhatWasAsked extends WrongStore {
        CountsWhatWasAsked() {
            super(new StoreRules() {
                @Override
                int delete(Map<String, Map<String, Kept>> next, String tenant, Collection<String> ids) {
                    super.delete(next, tenant, ids);
                    return ids.size();
                }
            });
        }
    }

    @CaughtBy({"versionsFollowReplaceAndDelete", "deleteRemovesTheChunksToo"})
    static final class LeavesDeletedDocumentsEmpty extends WrongStore {
        LeavesDeletedDocumentsEmpty() {
            super(new StoreRules() {
                @Override
                int delete(Map<String, Map<String, Kept>> next, String tenant, Collection<String> ids) {
                    Map<String, Kept> own = next.getOrDefault(tenant, Map.of());
                    Set<String> there = Set.copyOf(ids);
                    own.replaceAll((id, kept) -> there.contains(id) ? new Kept(kept.document(), List.of()) : kept);
                    return (int) own.keySet().stream().filter(there::contains).count();
                }
            });
        }
    }

    @CaughtBy("deletedChunksTakeNoPlace")
    static final class DeadChunksAmongTheCandidates extends WrongStore {
        DeadChunksAmongTheCandidates() {
            super(new StoreRules() {
                private int dead;

                @Override
                int delete(Map<String, Map<String, Kept>> next, String tenant, Collection<String> ids) {
                    int deleted = super.delete(next, tenant, ids);
                    dead += deleted;
                    return deleted;
                }

                @Override
                SearchResult chosen(List<Candidate> candidates, SearchOptions options, String origin) {
                    int left = Math.max(1, options.limit() - dead);
                    return super.chosen(
                            candidates, options.toBuilder().limit(left).build(), origin);
                }
            });
        }
    }

    @CaughtBy({"documentIdsAreInCodePointOrder", "pagesJoinToTheWhole"})
    static final class PagesOverlap extends WrongStore {
        PagesOverlap() {
            super(new StoreRules() {
                @Override
                List<String> page(List<String> ids, String after) {
                    return ids.stream()
                            .filter(id -> Found.CODE_POINT_ORDER.compare(id, after) >= 0)
                            .toList();
                }
            });
        }
    }

    @CaughtBy({"replaceLeavesTheSameIdOfAnotherTenantAlone", "manyTenantsAreIndependent"})
    static final class OneTenantOverwritesTheIdOfAnother extends WrongStore {
        OneTenantOverwritesTheIdOfAnother() {
            super(new StoreRules() {
                @Override
                void put(Map<String, Map<String, Kept>> next, String tenant, EmbeddedDocument document) {
                    next.values()
                            .forEach(documents ->
                                    documents.remove(document.document().id()));
                    super.put(next, tenant, document);
                }
            });
        }
    }

    @CaughtBy("deleteLeavesTheSameIdOfAnotherTenantAlone")
    static final class DeletesInAllTenants extends WrongStore {
        DeletesInAllTenants() {
            super(new StoreRules() {
                @Override
                int delete(Map<String, Map<String, Kept>> next, String tenant, Collection<String> ids) {
                    return next.keySet().stream()
                            .mapToInt(name -> super.delete(next, name, ids))
                            .sum();
                }
            });
        }
    }

    @CaughtBy({"namesAreComparedCharacterByCharacter", "aNameThatWasNeverUsedSeesNothing"})
    static final class TenantsWithoutCase extends WrongStore {
        TenantsWithoutCase() {
            super(named(name -> name.toLowerCase(Locale.ROOT)));
        }
    }

    @CaughtBy("namesAreComparedCharacterByCharacter")
    static final class TenantsStripped extends WrongStore {
        TenantsStripped() {
            super(named(String::strip));
        }
    }

    @CaughtBy("aNameThatWasNeverUsedSeesNothing")
    static final class TenantsAsPatterns extends WrongStore {
        TenantsAsPatterns() {
            super(new StoreRules() {
                @Override
                Map<String, Kept> visible(Map<String, Map<String, Kept>> tenants, String tenant) {
                    if (!tenant.equals("%")) {
                        return super.visible(tenants, tenant);
                    }
                    Map<String, Kept> all = new TreeMap<>();
                    tenants.values().forEach(all::putAll);
                    return all;
                }
            });
        }
    }

    @CaughtBy({"aBlankNameIsRefused", "aNameHasAtMost512Characters", "anAbsentNameIsRefused"})
    static final class TakesAnyTenant extends WrongStore {
        TakesAnyTenant() {
            super(new StoreRules() {
                @Override
                String tenant(String name) {
                    return String.valueOf(name);
                }
            });
        }
    }

    @CaughtBy({"anInterruptedSearchKeepsTheFlag"})
    static final class ClearsTheInterruptFlag extends WrongStore {
        ClearsTheInterruptFlag() {
            super(new StoreRules() {
                @Override
                SearchResult chosen(List<Candidate> candidates, SearchOptions options, String origin) {
                    Thread.interrupted();
                    return super.chosen(candidates, options, origin);
                }
            });
        }
    }

    /** Shows half of the new chunks before the others. */
    private static final class HalfFirst extends StoreRules {
        private volatile int searches;

        @Override
        void publish(
                ListStore.Shared shared,
                Map<String, Map<String, Kept>> next,
                String tenant,
                List<EmbeddedDocument> documents) {
            if (documents.size() == 1) {
                EmbeddedDocument document = documents.get(0);
                List<EmbeddedChunk> chunks = document.chunks();
                Map<String, Map<String, Kept>> half = ListStore.copy(next);
                half.get(tenant)
                        .put(document.document().id(), new Kept(document, chunks.subList(0, chunks.size() / 2)));
                shared.publish(half);
                letReadersRead();
            }
            super.publish(shared, next, tenant, documents);
        }

        /** Until one did, or nobody seems to read. */
        private void letReadersRead() {
            int before = searches;
            for (int i = 0; i < 1_000 && searches == before; i++) {
                Thread.yield();
            }
        }

        @Override
        SearchResult chosen(List<Candidate> candidates, SearchOptions options, String origin) {
            searches++;
            return super.chosen(candidates, options, origin);
        }
    }

    private static StoreRules named(UnaryOperator<String> key) {
        return new StoreRules() {
            @Override
            String tenant(String name) {
                return key.apply(super.tenant(name));
            }
        };
    }

    private static StoreRules deleting(BiPredicate<Collection<String>, String> isMeant) {
        return new StoreRules() {
            @Override
            int delete(Map<String, Map<String, Kept>> next, String tenant, Collection<String> ids) {
                Map<String, Kept> own = next.getOrDefault(tenant, new TreeMap<>());
                int before = own.size();
                own.keySet().removeIf(id -> isMeant.test(ids, id));
                return before - own.size();
            }
        };
    }
}
