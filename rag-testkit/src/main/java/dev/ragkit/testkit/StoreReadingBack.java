package dev.ragkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Chunk;
import dev.ragkit.Document;
import dev.ragkit.EmbeddedChunk;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Filter;
import dev.ragkit.Metadata;
import dev.ragkit.VectorStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A hit carries the chunk as it was put in. */
abstract class StoreReadingBack {
    /** The text of some is ambiguous: a plain 1e18 has no decimal point, and a double does not hold every long. */
    private static final List<Number> NUMBERS = List.of(
            0L,
            0.0,
            1L,
            1.0,
            -1L,
            -1.0,
            12.5,
            0.1,
            1.0 / 3,
            1e7,
            1e15,
            1e18,
            1e20,
            1e300,
            1e-7,
            1e-300,
            Double.MAX_VALUE,
            Double.MIN_VALUE,
            -Double.MAX_VALUE,
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            9_007_199_254_740_993L,
            9_007_199_254_740_992.0);

    private final VectorStoreContract contract;

    StoreReadingBack(VectorStoreContract contract) {
        this.contract = contract;
    }

    @Test
    final void textComesBackUnchanged() {
        Sample document = Sample.of("a");
        Torture.WORDS.forEach(word -> document.chunk(word, Vectors.at(0.5)));
        document.chunk(" leading and trailing \n\n", Vectors.at(0.5)).chunk("\t", Vectors.at(0.5));
        assertComesBack(document.build());
    }

    @Test
    final void longTextComesBackUnchanged() {
        Random random = new Random(Seed.of("longTextComesBackUnchanged", 77));
        StringBuilder text = new StringBuilder();
        while (text.length() < 300_000) {
            text.append(Torture.WORDS.get(random.nextInt(Torture.WORDS.size()))).append(' ');
        }
        assertComesBack(Sample.of("a").chunk(text.toString(), Vectors.at(0.5)).build());
    }

    @Test
    final void offsetsComeBackUnchanged() {
        String text = "zero one \ud83d\ude00 two three";
        Document document = new Document("a", text, Metadata.empty(), "a");
        List<EmbeddedChunk> chunks = new ArrayList<>();
        int[][] places = {{0, 8}, {5, 11}, {9, 11}, {15, 20}, {0, text.length()}};
        for (int[] place : places) {
            chunks.add(new EmbeddedChunk(Chunk.of(document, chunks.size(), place[0], place[1]), Vectors.at(0.5)));
        }
        assertComesBack(new EmbeddedDocument(document, "v1", chunks));
    }

    @Test
    final void metadataComeBackUnchanged() {
        Map<String, Object> values = new HashMap<>();
        Torture.WORDS.forEach(word -> values.put(word, word));
        values.put("empty", "");
        values.put("list", Torture.WORDS);
        values.put("empty list", List.of());
        values.put("list of one", List.of(""));
        values.put("yes", true);
        values.put("no", false);
        values.put("long text", "word ".repeat(20_000));
        values.put("k".repeat(Metadata.MAX_KEY_LENGTH), "longest key");
        assertComesBack(withMetadata(Metadata.of(values)));
    }

    @Test
    final void numbersComeBackWithTheirType() {
        Map<String, Object> values = new HashMap<>();
        for (int i = 0; i < NUMBERS.size(); i++) {
            values.put("number " + i, NUMBERS.get(i));
        }
        assertComesBack(withMetadata(Metadata.of(values)));
    }

    @Test
    final void chunksOfOneDocumentKeepTheirOwnMetadata() {
        Document document = new Document("a", "one two", Metadata.of("of", "document"), "a");
        Chunk first = Chunk.of(document, 0, 0, 3).withMetadata(Metadata.of("page", 1));
        Chunk second = Chunk.of(document, 1, 4, 7).withMetadata(Metadata.of("page", 2.0));
        assertComesBack(new EmbeddedDocument(
                document,
                "v1",
                List.of(new EmbeddedChunk(first, Vectors.at(0.5)), new EmbeddedChunk(second, Vectors.at(0.5)))));
    }

    @Test
    final void noMetadataComeBackAsNone() {
        assertComesBack(withMetadata(Metadata.empty()));
    }

    @Test
    final void sourcesComeBackUnchanged() {
        List<EmbeddedDocument> documents = new ArrayList<>();
        for (String word : Torture.WORDS) {
            documents.add(Sample.of("doc-" + documents.size())
                    .source(word)
                    .chunk("text", Vectors.at(0.5))
                    .build());
        }
        documents.add(
                Sample.of("no source").source("").chunk("text", Vectors.at(0.5)).build());
        assertComesBack(documents);
    }

    @Test
    final void idsComeBackUnchanged() {
        List<EmbeddedDocument> documents = new ArrayList<>();
        for (String word : Torture.WORDS) {
            documents.add(Sample.of(word).chunk("text", Vectors.at(0.5)).build());
        }
        documents.add(
                Sample.of(longest(random())).chunk("text", Vectors.at(0.5)).build());
        assertComesBack(documents);
        VectorStore store = contract.store();
        store.replace(documents);
        List<String> ids = documents.stream().map(each -> each.document().id()).toList();
        assertThat(store.documentIds(Filter.all(), "", 1_000))
                .isEqualTo(ids.stream().sorted(Found.CODE_POINT_ORDER).toList());
        assertThat(store.versions(ids).keySet()).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(store.delete(ids)).isEqualTo(ids.size());
    }

    @Test
    final void fingerprintsComeBackUnchanged() {
        VectorStore store = contract.store();
        for (String word : Torture.WORDS) {
            store.replace(List.of(Sample.of("a").fingerprint(word).build()));
            assertThat(store.versions(List.of("a")).get("a"))
                    .isNotNull()
                    .satisfies(version -> assertThat(version.fingerprint()).isEqualTo(word));
        }
    }

    @Test
    final void theLongestIdAndTenantFitTogether() {
        Random random = random();
        String id = longest(random);
        VectorStore store = contract.store().tenant(longest(random));
        store.replace(List.of(Sample.of(id)
                .fingerprint(longest(random))
                .chunk("text", Vectors.at(0.5))
                .build()));
        assertThat(Found.ids(Found.all(store))).containsExactly(id);
        assertThat(store.delete(List.of(id))).isEqualTo(1);
    }

    private static Random random() {
        return new Random(Seed.of("longest ids", 512));
    }

    /** 512 characters that take three bytes each and do not compress. */
    private static String longest(Random random) {
        StringBuilder id = new StringBuilder();
        while (id.length() < 512) {
            id.append((char) (0x4e00 + random.nextInt(20_000)));
        }
        return id.toString();
    }

    private static EmbeddedDocument withMetadata(Metadata metadata) {
        return Sample.at("a", 0.5, metadata);
    }

    private void assertComesBack(EmbeddedDocument document) {
        assertComesBack(List.of(document));
    }

    private void assertComesBack(List<EmbeddedDocument> documents) {
        VectorStore store = contract.store();
        store.replace(documents);
        List<Chunk> chunks = documents.stream()
                .flatMap(document -> document.chunks().stream())
                .map(EmbeddedChunk::chunk)
                .toList();
        List<Chunk> found = Found.chunks(Found.all(store));
        assertThat(found).containsExactlyInAnyOrderElementsOf(chunks);
    }
}
