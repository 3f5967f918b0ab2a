package dev.ragkit.testkit;

import static dev.ragkit.testkit.Found.assertCount;
import static dev.ragkit.testkit.Found.texts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Filter;
import dev.ragkit.SearchResult;
import dev.ragkit.VectorStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Several threads on one store, and interrupts. */
abstract class StoreConcurrency {
    private static final int REPLACEMENTS = 200;
    private static final int MAX_READS = 1_000_000;
    private static final int READERS = 2;

    private final VectorStoreContract contract;

    StoreConcurrency(VectorStoreContract contract) {
        this.contract = contract;
    }

    @Test
    final void readersSeeTheOldChunksOrTheNewNeverAMixture() {
        VectorStore store = contract.store();
        store.replace(List.of(version(0), Sample.at("neighbour", 0.1)));
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch reading = new CountDownLatch(READERS);
        Callable<Void> reader = () -> {
            readUntil(done, store, reading);
            return null;
        };
        Callable<Void> writer = () -> {
            reading.await();
            try {
                IntStream.rangeClosed(1, REPLACEMENTS).forEach(i -> store.replace(List.of(version(i))));
            } finally {
                done.set(true);
            }
            return null;
        };
        Together.run(List.of(writer, reader, reader));
        assertThat(texts(Found.all(store, Filter.all()).hits()))
                .filteredOn(text -> text.startsWith("version"))
                .hasSize(size(REPLACEMENTS))
                .allMatch(text -> text.startsWith("version " + REPLACEMENTS + " "));
    }

    private static void readUntil(AtomicBoolean done, VectorStore store, CountDownLatch reading) {
        try {
            assertOneVersion(Found.best(store, 20));
        } finally {
            reading.countDown();
        }
        for (int i = 0; i < MAX_READS && !done.get(); i++) {
            assertOneVersion(Found.best(store, 20));
        }
    }

    @Test
    final void writersOfDifferentDocumentsDoNotDisturbEachOther() {
        VectorStore store = contract.store();
        List<Callable<Void>> writers = new ArrayList<>();
        for (int writer = 0; writer < 4; writer++) {
            String name = "writer-" + writer + "-";
            writers.add(() -> {
                for (int i = 0; i < 25; i++) {
                    store.replace(List.of(Sample.of(name + i)
                            .chunks(2, "part", Vectors.at(0.5))
                            .build()));
                }
                return null;
            });
        }
        Together.run(writers);
        assertThat(Found.all(store)).hasSize(200);
        assertThat(store.documentIds(Filter.all(), "", 1_000)).hasSize(100);
    }

    @Test
    final void writersOfOneDocumentLeaveOneVersion() {
        VectorStore store = contract.store();
        List<Callable<Void>> writers = new ArrayList<>();
        for (int writer = 0; writer < 4; writer++) {
            int first = writer * 10;
            writers.add(() -> {
                IntStream.range(first, first + 10).forEach(i -> store.replace(List.of(version(i))));
                return null;
            });
        }
        Together.run(writers);
        SearchResult result = Found.best(store, 20);
        assertOneVersion(result);
        int left = number(texts(result.hits()).get(0));
        assertThat(store.versions(List.of("doc")).get("doc")).isNotNull().satisfies(version -> {
            assertThat(version.fingerprint()).isEqualTo("version " + left);
            assertThat(version.intact()).isTrue();
        });
    }

    @Test
    final void callsInOppositeOrderBothSucceed() {
        VectorStore store = contract.store();
        List<EmbeddedDocument> documents = new ArrayList<>(
                IntStream.range(0, 20).mapToObj(i -> Sample.at("doc-" + i, 0.5)).toList());
        List<EmbeddedDocument> reversed = new ArrayList<>(documents);
        Collections.reverse(reversed);
        Together.run(
                List.of(repeated(20, () -> store.replace(documents)), repeated(20, () -> store.replace(reversed))));
        assertThat(Found.all(store)).hasSize(20);
    }

    @Test
    final void deleteAndReplaceLeaveAllOrNothing() {
        VectorStore store = contract.store();
        for (int round = 0; round < 15; round++) {
            EmbeddedDocument document = version(round);
            store.replace(List.of(document));
            Together.run(List.of(
                    repeated(1, () -> store.replace(List.of(document))),
                    repeated(1, () -> store.delete(List.of("doc")))));
            int chunks = Found.all(store).size();
            boolean there = !store.versions(List.of("doc")).isEmpty();
            assertThat(chunks).isEqualTo(there ? size(round) : 0);
            assertThat(store.documentIds(Filter.all(), "", 10)).hasSize(there ? 1 : 0);
        }
    }

    @Test
    final void anInterruptedSearchKeepsTheFlag() {
        VectorStore store = contract.store();
        store.replace(List.of(version(0)));
        List<SearchResult> results = new ArrayList<>();
        boolean completed = Interrupted.completes(() -> results.add(Found.best(store, 20)));
        assertThat(results).hasSize(completed ? 1 : 0).allSatisfy(result -> assertCount(result, size(0)));
        assertCount(Found.best(store, 20), size(0));
    }

    @Test
    final void anInterruptedWriteKeepsTheFlagAndIsWholeOrUndone() {
        VectorStore store = contract.store();
        boolean written = Interrupted.completes(() -> store.replace(List.of(version(1))));
        int chunks = Found.all(store).size();
        assertThat(chunks).isIn(written ? List.of(size(1)) : List.of(0, size(1)));
        store.replace(List.of(version(2)));
        boolean deleted = Interrupted.completes(() -> store.delete(List.of("doc")));
        int left = Found.all(store).size();
        assertThat(left).isIn(deleted ? List.of(0) : List.of(0, size(2)));
        store.replace(List.of(version(3)));
        assertThat(Found.all(store)).hasSize(size(3));
    }

    private static Callable<Void> repeated(int times, Runnable task) {
        return () -> {
            for (int i = 0; i < times; i++) {
                task.run();
            }
            return null;
        };
    }

    private static EmbeddedDocument version(int number) {
        return Sample.of("doc")
                .fingerprint("version " + number)
                .chunks(size(number), "version " + number + " part", Vectors.at(0.5))
                .build();
    }

    /** Versions differ in their number of chunks. */
    private static int size(int version) {
        return version % 2 == 0 ? 8 : 5;
    }

    private static int number(String text) {
        return Integer.parseInt(text.split(" ", -1)[1]);
    }

    private static void assertOneVersion(SearchResult result) {
        List<String> parts = texts(result.hits()).stream()
                .filter(text -> text.startsWith("version"))
                .toList();
        assertThat(parts).as("chunks of the document").isNotEmpty();
        int number = number(parts.get(0));
        assertThat(parts)
                .isEqualTo(IntStream.range(0, size(number))
                        .mapToObj(i -> "version " + number + " part " + i)
                        .toList());
        assertThat(result.complete()).as("complete").isTrue();
    }
}
