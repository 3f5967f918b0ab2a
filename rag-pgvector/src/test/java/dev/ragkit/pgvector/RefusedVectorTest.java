package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragkit.Chunk;
import dev.ragkit.Document;
import dev.ragkit.EmbeddedChunk;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedder;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Embeddings;
import dev.ragkit.Generator;
import dev.ragkit.IngestReport;
import dev.ragkit.Metric;
import dev.ragkit.ModelException;
import dev.ragkit.Rag;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Embeddings that no index could find are refused before anything is sent. */
class RefusedVectorTest {
    private static final long SEED = Long.getLong("seed", 411);
    private static final boolean DEEP = Boolean.getBoolean("rag.deep");
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "refused", 4).build();
    private static final int ROWS = 500;

    private static final String UNBOUNDED = """
            SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off;
            SET LOCAL hnsw.iterative_scan = relaxed_order; SET LOCAL hnsw.ef_search = 1000;
            SET LOCAL hnsw.max_scan_tuples = 2147483647; SET LOCAL hnsw.scan_mem_multiplier = 1000""";

    // ---- R-04 ------------------------------------------------------------------------------------------------------

    /** The embeddings of an embedder, with something else in the place of the last one of a large document. */
    private static Embedder withLast(UnaryOperator<Embedding> change) {
        HashEmbedder embedder = HashEmbedder.in(SPACE);
        return new Embedder() {
            @Override
            public EmbeddingSpace space() {
                return SPACE;
            }

            @Override
            public Embeddings embedDocuments(List<String> texts) {
                Embeddings right = embedder.embedDocuments(texts);
                List<Embedding> list = new ArrayList<>(right.list());
                for (int i = 0; i < list.size(); i++) {
                    list.set(i, texts.get(i).contains("line 499") ? change.apply(list.get(i)) : list.get(i));
                }
                return new Embeddings(list, right.usage());
            }

            @Override
            public Embeddings embedQueries(List<String> texts) {
                return embedDocuments(texts);
            }
        };
    }

    @Test
    void R04_ofADocumentWhoseLastRowIsInvalidNoRowIsStored() {
        String collection = TestCollection.name();
        PgVectorSchema.builder(SPACE, collection).build().apply(TestCollection.POOL);
        PgVectorStore store =
                PgVectorStore.builder(TestCollection.POOL, SPACE, collection).build();
        Contents contents = new Contents(TestCollection.POOL, collection);
        String last = "Chunk[large#499, ";
        assertRefused(
                store, contents, embedding -> Embedding.of(1, 2, 3), ModelException.class, "3 dimensions for " + last);
        assertRefused(store, contents, embedding -> Embedding.of(0, 0, 0, 0), IllegalArgumentException.class, last);
        assertRefused(
                store,
                contents,
                embedding -> Embedding.of(1, 2, Float.NaN, 4),
                IllegalArgumentException.class,
                "an embedding must be finite, component 2 was NaN");
        EmbeddedDocument document = embedded(ROWS, Embedding.of(1, 2, 3, 4), Embedding.of(1, 2, 3, 4, 5));
        assertThatThrownBy(() -> store.replace(List.of(document)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(last)
                .hasMessageContaining("must have 4 dimensions, had 5");
        assertThat(contents.count("document")).isEqualTo(2);
        System.out.println(
                "R-04: last of 500 rows invalid (dimensions, zeros, NaN, dimensions past the ingest): 0 of 500 rows"
                        + " stored 4 times, the chunk named where an embedding came, the other documents of the call stored");
    }

    private static void assertRefused(
            PgVectorStore store,
            Contents contents,
            UnaryOperator<Embedding> last,
            Class<? extends RuntimeException> type,
            String message) {
        store.delete(List.of("before", "after"));
        IngestReport report = Rag.builder(withLast(last), store, Generator.extractive())
                .chunker(new LineChunker())
                .build()
                .ingest(List.of(
                        LineChunker.document("before", 1, 3),
                        LineChunker.document("large", 1, ROWS),
                        LineChunker.document("after", 1, 3)));
        assertThat(report.failures()).singleElement().satisfies(failure -> {
            assertThat(failure.documentId()).isEqualTo("large");
            assertThat(failure.cause()).isInstanceOf(type).hasMessageContaining(message);
        });
        assertThat(contents.count("chunk")).isEqualTo(6);
        assertThat(contents.count("document")).isEqualTo(2);
    }

    private static EmbeddedDocument embedded(int chunks, Embedding each, Embedding last) {
        Document document = LineChunker.document("large", 1, chunks);
        List<EmbeddedChunk> embedded = new ArrayList<>();
        for (Chunk chunk : new LineChunker().chunk(document)) {
            embedded.add(new EmbeddedChunk(chunk, chunk.ordinal() == chunks - 1 ? last : each));
        }
        return new EmbeddedDocument(document, "v1", embedded);
    }

    // ---- R-11 ------------------------------------------------------------------------------------------------------

    @Test
    void R11_whatNoIndexCouldFindIsRefusedBeforeAnythingIsSent() {
        for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, (float) 1e39}) {
            assertThatThrownBy(() -> Embedding.of(1, value)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> schema(16_001, VectorType.VECTOR, VectorIndex.none()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 16000 dimensions, the embedding space has 16001");
        assertThatThrownBy(() -> schema(2_001, VectorType.VECTOR, VectorIndex.hnsw()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2000 dimensions, the embedding space has 2001");
        assertThatThrownBy(() -> schema(4_001, VectorType.HALFVEC, VectorIndex.hnsw()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the embedding space has 4001");
        Definition definition = new Definition(
                SPACE,
                new Definition.Vectors(Metric.COSINE, VectorType.VECTOR, VectorIndex.hnsw()),
                PgVectorSchema.DEFAULT_TEXT_SEARCH);
        for (Embedding embedding :
                List.of(Embedding.of(0, 0, 0, 0), Embedding.of(1, 2, 3), Embedding.of(1e20f, 0, 0, 0))) {
            assertThatThrownBy(() -> Batch.of(List.of(embedded(1, embedding, embedding)), definition))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Chunk[large#0, ");
        }
        System.out.println(
                "R-11: NaN, +Inf, -Inf, 1e39, zeros, wrong dimensions, too long, 16,001 dimensions, 2,001 under HNSW:"
                        + " all refused before SQL with a typed error");
    }

    private static PgVectorSchema schema(int dimensions, VectorType type, VectorIndex index) {
        return PgVectorSchema.builder(
                        EmbeddingSpace.builder("test", "large", dimensions).build(), "large")
                .vectorType(type)
                .index(index)
                .build();
    }

    /** How a collection compares, and of which magnitude its embeddings are; 0 for all magnitudes. */
    private record Case(Metric metric, VectorType type, double magnitude) {}

    /**
     * By cosine, magnitudes are mixed. By distance they are not: where a float cannot tell the distances apart, because all are too small
     * or 40 powers of ten lie between them, the graph falls to pieces, of which no row by itself is to blame.
     */
    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (VectorType type : List.of(VectorType.VECTOR, VectorType.HALFVEC)) {
            cases.add(new Case(Metric.COSINE, type, 0));
            double[] magnitudes =
                    type == VectorType.VECTOR ? new double[] {1e-15, 1e-6, 1, 1e17} : new double[] {1e-3, 1, 1e4};
            for (double magnitude : magnitudes) {
                cases.add(new Case(Metric.L2, type, magnitude));
            }
        }
        return cases;
    }

    @Test
    void R11_eachRowThatIsStoredIsFoundByAnUnboundedIndexScan() {
        System.out.println("R-11: seed " + SEED);
        Random random = new Random(SEED);
        int rows = DEEP ? 5_000 : 200;
        int stored = 0;
        for (Case each : cases()) {
            stored += assertAllFound(each, random, rows);
        }
        int refused = cases().size() * rows - stored;
        System.out.printf(
                "R-11: %d extreme embeddings stored and %d refused in %d collections: ids(unbounded index scan) = ids(seq scan)%n",
                stored, refused, cases().size());
        assertThat(refused).isPositive();
    }

    /** Returns how many were stored. */
    private static int assertAllFound(Case each, Random random, int rows) {
        String collection = TestCollection.name();
        PgVectorSchema.builder(SPACE, collection)
                .metric(each.metric)
                .vectorType(each.type)
                .build()
                .apply(TestCollection.POOL);
        PgVectorStore store =
                PgVectorStore.builder(TestCollection.POOL, SPACE, collection).build();
        int taken = storeAll(store, random, each.magnitude, rows);
        String operator = each.metric == Metric.COSINE ? "<=>" : "<->";
        String column = "SELECT document_id FROM " + collection + "_chunk ";
        Set<String> all = new TreeSet<>(TestCollection.query(TestCollection.POOL, column));
        assertThat(all).hasSize(taken);
        assertThat(scan(column + "ORDER BY embedding " + operator + " '[1,-2,3,-4]'"))
                .as(each.toString())
                .isEqualTo(all);
        return taken;
    }

    /** Stores what is taken. A call that is refused for its second document was not refused for its first one. */
    private static int storeAll(PgVectorStore store, Random random, double magnitude, int rows) {
        List<EmbeddedDocument> taken = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            EmbeddedDocument document = TestCollection.document("d" + i, "text", extreme(random, magnitude));
            try {
                store.replace(List.of(document, TestCollection.document("d" + i, "twice", Embedding.of(1, 1, 1, 1))));
            } catch (IllegalArgumentException e) {
                if (e.getMessage().contains("twice")) {
                    taken.add(document);
                }
            }
        }
        store.replace(taken);
        return taken.size();
    }

    /** Components of all magnitudes, many zeros, many alike. */
    private static Embedding extreme(Random random, double given) {
        float[] values = new float[4];
        double magnitude = given == 0 ? Math.pow(10, random.nextInt(78) - 40) : given;
        for (int i = 0; i < values.length; i++) {
            double spread = random.nextInt(3) == 0 ? Math.pow(10, -random.nextInt(20)) : 1;
            values[i] = random.nextInt(4) == 0 ? 0 : (float) (random.nextGaussian() * magnitude * spread);
        }
        return Embedding.of(values);
    }

    private static Set<String> scan(String text) {
        return new Session(TestCollection.POOL, "the test").write("scanning by index", connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute(UNBOUNDED);
                assertThat(first(connection, "EXPLAIN " + text)).contains("Index Scan");
                Set<String> ids = new TreeSet<>();
                try (ResultSet rows = statement.executeQuery(text)) {
                    while (rows.next()) {
                        ids.add(rows.getString(1));
                    }
                }
                return ids;
            }
        });
    }

    private static String first(Connection connection, String text) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(text)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
