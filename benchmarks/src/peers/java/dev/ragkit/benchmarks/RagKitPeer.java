package dev.ragkit.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.ragkit.Chunk;
import dev.ragkit.Document;
import dev.ragkit.EmbeddedChunk;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Filter;
import dev.ragkit.Metadata;
import dev.ragkit.SearchOptions;
import dev.ragkit.pgvector.TestPostgres;
import dev.ragkit.pgvector.VectorIndex;
import java.util.List;

/** The library, one chunk a document. */
final class RagKitPeer implements Peer {
    private static final int LIMIT = 10;

    private final String url;
    private final Corpus corpus;
    private SearchTable table;

    RagKitPeer(String url, Corpus corpus) {
        this.url = url;
        this.corpus = corpus;
        SearchTable.schema(corpus, VectorIndex.none()).apply(TestPostgres.dataSource(url));
        table = SearchTable.open(url, corpus);
    }

    @Override
    public String name() {
        return RagKit.NAME;
    }

    @Override
    public void add(List<Item> items) {
        table.store().replace(items.stream().map(RagKitPeer::document).toList());
    }

    private static EmbeddedDocument document(Item item) {
        Document document = new Document(
                Passages.id(item.row()), item.text(), Metadata.of(item.metadata()), "passages/" + item.row() + ".md");
        Chunk chunk = Chunk.of(document, 0, 0, item.text().length());
        return new EmbeddedDocument(document, "v1", List.of(new EmbeddedChunk(chunk, item.embedding())));
    }

    @Override
    public void buildIndex() {
        table.close();
        SearchTable.schema(corpus, VectorIndex.hnsw()).buildIndex(TestPostgres.dataSource(url));
        SearchTable.execute(url, "VACUUM ANALYZE");
        table = SearchTable.open(url, corpus);
    }

    @Override
    public long count() {
        HikariDataSource pool = table.pool();
        return Long.parseLong(SearchTable.texts(pool, "SELECT count(*) FROM " + SearchTable.CHUNK)
                .get(0));
    }

    @Override
    public Contender unfiltered() {
        return new RagKit(table, SearchOptions.ofLimit(LIMIT));
    }

    @Override
    public Contender filtered() {
        return new RagKit(
                table,
                SearchOptions.builder()
                        .limit(LIMIT)
                        .filter(Filter.eq("hundredth", "h3"))
                        .build());
    }

    @Override
    public void close() {
        table.close();
    }
}
