package dev.ragkit.pgvector;

import dev.ragkit.Chunk;
import dev.ragkit.Document;
import dev.ragkit.DocumentException;
import dev.ragkit.DocumentVersion;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.Hit;
import dev.ragkit.InMemoryStore;
import dev.ragkit.Metadata;
import dev.ragkit.SearchOptions;
import dev.ragkit.VectorStore;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * A database that holds each of some texts as id, text, source, fingerprint, metadata key, value and list element of a document,
 * wherever that place takes it; and what it says of a text at each of these places.
 */
final class ApiStore {
    static final int DIMENSIONS = 4;
    static final Embedding EMBEDDING = Embedding.of(1, 0, 0, 0);
    static final String VALUE = "the value";
    static final String LIST = "the list";
    private static final String NUMBER = "the number";
    private static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "api", DIMENSIONS).build();

    /** For calls that must fail before they ask for a connection. */
    static final DataSource NO_CONNECTION = Standin.of(DataSource.class, (method, arguments) -> {
        throw new AssertionError("a connection was asked for");
    });

    private final PgVectorStore store;
    private final InMemoryStore inMemory = VectorStore.inMemory(SPACE);
    private final DataSource scratch;
    private final AtomicInteger collections = new AtomicInteger();
    private final Map<String, Hit> hits = new HashMap<>();
    private final Map<String, String> fingerprints = new HashMap<>();
    private final Map<String, String> texts = new HashMap<>();

    /**
     * Loads the texts.
     *
     * @param scratch a database whose statements are not counted
     */
    ApiStore(DataSource dataSource, DataSource scratch, List<String> texts) {
        this.scratch = scratch;
        PgVectorSchema.builder(SPACE, "docs").index(VectorIndex.none()).build().apply(dataSource);
        PgVectorSchema.builder(SPACE, "docs").index(VectorIndex.none()).build().apply(scratch);
        store = PgVectorStore.builder(dataSource, SPACE, "docs").build();
        List<EmbeddedDocument> documents = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            documents.add(document(texts.get(i), i));
        }
        store.replace(documents);
        inMemory.replace(documents);
        store.search(EMBEDDING, SearchOptions.ofLimit(SearchOptions.MAX_LIMIT))
                .hits()
                .forEach(hit -> hits.put(
                        texts.get(((Long) hit.chunk().metadata().asMap().get(NUMBER)).intValue()), hit));
        Map<String, DocumentVersion> versions = store.versions(
                hits.values().stream().map(hit -> hit.chunk().documentId()).toList());
        hits.forEach((text, hit) -> {
            this.texts.put(hit.chunk().documentId(), text);
            fingerprints.put(text, versions.get(hit.chunk().documentId()).fingerprint());
        });
    }

    /** Everywhere the text, and something plain where that place refuses it. */
    private static EmbeddedDocument document(String text, int number) {
        Metadata metadata = or(() -> Metadata.of(text, 1), Metadata.empty());
        Metadata values = or(() -> Metadata.of(VALUE, text).with(LIST, List.of("x", text)), Metadata.empty());
        Metadata all = metadata.with(values).with(NUMBER, number);
        String plain = "document " + number;
        Document named = or(() -> Document.of(text, "x"), Document.of(plain, "x"));
        Document sourced = or(() -> named.withSource(text), named);
        String content = values.isEmpty() ? plain : text;
        Document document = new Document(sourced.id(), content, all, sourced.source());
        return or(() -> ApiStrings.document(document, text), ApiStrings.document(document, plain));
    }

    private static <T> T or(Supplier<T> wanted, T otherwise) {
        try {
            return wanted.get();
        } catch (IllegalArgumentException refused) {
            return otherwise;
        }
    }

    PgVectorStore store() {
        return store;
    }

    InMemoryStore inMemory() {
        return inMemory;
    }

    private Chunk chunk(String text) {
        return hits.get(text).chunk();
    }

    String id(String text) {
        Document.of(text, "x");
        return chunk(text).documentId();
    }

    /** What the store cannot keep it refuses as a whole. */
    String text(String text) {
        Document document = Document.of("the text", text);
        if (chunk(text).metadata().keys().contains(VALUE)) {
            return chunk(text).text();
        }
        try {
            store.replace(List.of(TestCollection.document(document, EMBEDDING)));
        } catch (DocumentException refused) {
            throw new IllegalArgumentException(refused);
        }
        return "accepted";
    }

    String source(String text) {
        Document.of("d", "x").withSource(text);
        return chunk(text).source();
    }

    String fingerprint(String text) {
        ApiStrings.document(Document.of("d", "x"), text);
        return fingerprints.get(text);
    }

    String metadataKey(String text) {
        Metadata.of(text, 1);
        return chunk(text).metadata().keys().contains(text) ? text : "lost";
    }

    String metadataValue(String text) {
        Metadata.of(VALUE, text);
        return String.valueOf(chunk(text).metadata().value(VALUE));
    }

    /** The text of the one document that the filter finds. */
    String found(Filter filter) {
        List<String> ids = store.documentIds(filter, "", 2);
        return ids.size() == 1 ? texts.get(ids.get(0)) : "found " + ids;
    }

    String neitherGreaterNorLess(String text) {
        return found(Filter.and(
                Filter.exists(VALUE), Filter.not(Filter.gt(VALUE, text)), Filter.not(Filter.lt(VALUE, text))));
    }

    /** As a value inside an expression, and as the expression. */
    String parsed(String text) {
        String quoted = "\"" + VALUE + "\" = '" + text.replace("'", "''") + "'";
        String found = found(Filter.parse(quoted));
        try {
            store.documentIds(Filter.parse(text), "", 2);
        } catch (IllegalArgumentException refused) {
            return found;
        }
        return found;
    }

    /** Another tenant than the one that holds everything. */
    String emptyTenant(VectorStore store, String text) {
        return store.tenant(text).documentIds(Filter.all(), "", 1).isEmpty() ? text : "a row of another tenant";
    }

    String after(VectorStore store, String text) {
        List<String> ids = store.documentIds(Filter.all(), text, 1);
        return ids.stream().allMatch(id -> Utf8.ORDER.compare(id, text) > 0) ? text : "not after";
    }

    /** The words of a text are looked up, so all there is to see is that nothing else happens. */
    String searched(VectorStore store, String text) {
        SearchOptions options = SearchOptions.ofLimit(3);
        List<Hit> found = store instanceof PgVectorStore pg
                ? pg.search(text, options).hits()
                : inMemory.search(text, options).hits();
        return found.size() <= 3 ? text : "too many";
    }

    /** The space as the registry has it, once through the printed statement and a bound one each. */
    EmbeddingSpace registered(EmbeddingSpace.Builder builder) {
        EmbeddingSpace space = builder.build();
        String name = "c" + collections.incrementAndGet();
        List<String> statements = PgVectorSchema.builder(space, name).build().statements();
        String insertion = statements.get(statements.size() - 1);
        return new Session(scratch, "the test").read("registering", connection -> {
            try (PreparedStatement statement = connection.prepareStatement(insertion)) {
                statement.execute();
            }
            return new Registry(new Tables("public", name))
                    .find(connection)
                    .orElseThrow()
                    .space();
        });
    }

    String named(Supplier<String> ddl, String name) {
        String text = ddl.get();
        if (!name.matches("([a-z_][a-z0-9_]*\\.)?[a-z_][a-z0-9_]*")) {
            return "accepted";
        }
        return text.contains(name) ? name : "not there";
    }

    /** A name that is allowed leads to a connection, which there is not. */
    String opened(Runnable opening, String name) {
        try {
            opening.run();
        } catch (AssertionError connected) {
            return name.matches("[a-z_][a-z0-9_]*") ? name : "connected";
        }
        return "opened";
    }
}
