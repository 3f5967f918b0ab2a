package dev.ragkit.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Chunk;
import dev.ragkit.Document;
import dev.ragkit.EmbeddedChunk;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.Metadata;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.VectorStore;
import dev.ragkit.pgvector.PgVectorSchema;
import dev.ragkit.pgvector.PgVectorStore;
import dev.ragkit.pgvector.TestPostgres;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The time of one search for 10 chunks among 10,000, in memory and on PostgreSQL with HNSW. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class SearchBenchmark {
    private static final int ROWS = 10_000;
    private static final int BATCH = 500;
    private static final int DIMENSIONS = 384;
    private static final EmbeddingSpace SPACE = EmbeddingSpace.builder("benchmark", "random", DIMENSIONS)
            .normalized()
            .build();

    /** Where the chunks are. */
    @Param({"memory", "pgvector"})
    public String where = "";

    /** Of a thousand chunks, how many the filter matches; 1000 searches without a filter. */
    @Param({"1000", "10"})
    public int matching;

    private final Random random = new Random(1);
    private final HikariDataSource pool = new HikariDataSource();
    private VectorStore store = VectorStore.inMemory(SPACE);
    private SearchOptions options = SearchOptions.ofDefaults();

    /** Fills the store. */
    @Setup
    public void fill() {
        if (where.equals("pgvector")) {
            store = postgres();
        }
        if (matching < 1_000) {
            options = SearchOptions.builder()
                    .filter(Filter.lt("bucket", matching))
                    .build();
        }
        List<EmbeddedDocument> batch = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            batch.add(document(i));
            if (batch.size() == BATCH) {
                store.replace(batch);
                batch.clear();
            }
        }
    }

    private VectorStore postgres() {
        pool.setJdbcUrl(TestPostgres.shared().freshDatabase());
        DataSource dataSource = pool;
        PgVectorSchema.builder(SPACE, "benchmark").build().apply(dataSource);
        return PgVectorStore.builder(dataSource, SPACE, "benchmark").build();
    }

    private EmbeddedDocument document(int i) {
        Document document = Document.of("d" + i, "chunk number " + i).withMetadata(Metadata.of("bucket", i % 1_000));
        Chunk chunk = Chunk.of(document, 0, 0, document.text().length());
        return new EmbeddedDocument(document, "v1", List.of(new EmbeddedChunk(chunk, embedding())));
    }

    private Embedding embedding() {
        float[] values = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Embedding.of(values).normalized();
    }

    /** Closes the pool. */
    @TearDown
    public void close() {
        pool.close();
    }

    /**
     * Searches for a random embedding.
     *
     * @return the hits, so that they are made
     */
    @Benchmark
    public SearchResult search() {
        return store.search(embedding(), options);
    }
}
