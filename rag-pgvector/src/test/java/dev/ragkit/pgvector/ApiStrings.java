package dev.ragkit.pgvector;

import dev.ragkit.Answer;
import dev.ragkit.Chunk;
import dev.ragkit.Chunker;
import dev.ragkit.Citation;
import dev.ragkit.Completion;
import dev.ragkit.Document;
import dev.ragkit.DocumentVersion;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.Generator;
import dev.ragkit.Grounding;
import dev.ragkit.Hit;
import dev.ragkit.IngestReport;
import dev.ragkit.Message;
import dev.ragkit.Metadata;
import dev.ragkit.Passage;
import dev.ragkit.Prompt;
import dev.ragkit.Query;
import dev.ragkit.Rag;
import dev.ragkit.SearchOptions;
import dev.ragkit.StoreChecks;
import dev.ragkit.TokenUsage;
import dev.ragkit.VectorStore;
import dev.ragkit.eval.Judgements;
import dev.ragkit.testkit.FakeEmbedder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What happens to a text in each parameter of the public API that takes text: the way in, and what comes back at the other end. A
 * parameter that has no way here fails the test.
 */
final class ApiStrings {
    /** One parameter: takes a text in, gives back what became of it, or throws where the text is refused. */
    interface Way {
        String through(String text);
    }

    /** No text goes through these, or it is the host's own code that gets it. */
    static final List<String> NOT_DATA = List.of(
            ".equals(Object)",
            ".valueOf(String)",
            "Exception.new(",
            "PgVectorDataSource.", // what the driver logs in with
            "Consumer<String>",
            "Embedder.embed",
            "TokenCounter.count(");

    private static final String K = "k";

    private final Map<String, List<Way>> ways = new LinkedHashMap<>();
    private final ApiStore db;
    private final Hit hit;

    ApiStrings(ApiStore db) {
        this.db = db;
        this.hit = Hit.of(Chunk.of("d", 0, 0, "text"), "o", 1);
        values();
        answers();
        metadataAndFilters();
        spaces();
        stores();
        names();
        reports();
        ways.putAll(new ApiModelStrings(db, hit).ways());
    }

    /** By signature, one way for each parameter that takes text, in their order. */
    Map<String, List<Way>> ways() {
        return ways;
    }

    private void add(String signature, Way... parameters) {
        ways.put(signature, List.of(parameters));
    }

    private void values() {
        add("Document.of(String, String)", db::id, db::text);
        add("Document.new(String, String, Metadata, String)", db::id, db::text, db::source);
        add("Document.withSource(String)", db::source);
        add("StoreChecks.tenant(String)", StoreChecks::tenant);
        add("StoreChecks.unstorableAt(CharSequence)", t -> StoreChecks.unstorableAt(t) < t.length() ? t : "");
        add(
                "Chunk.of(String, int, int, String)",
                t -> Chunk.of(t, 0, 0, "x").documentId(),
                t -> Chunk.of("d", 0, 0, t).text());
        add("Chunk.withSource(String)", t -> hit.chunk().withSource(t).source());
        add(
                "Chunk.described(String, Metadata)",
                t -> hit.chunk().described(t, Metadata.empty()).source());
        add("EmbeddedDocument.new(Document, String, List)", db::fingerprint);
        add("DocumentVersion.new(String, boolean)", t -> new DocumentVersion(t, true).fingerprint());
        add("Query.of(String)", t -> Query.of(t).text());
        add("Query.of(String, int)", t -> Query.of(t, 3).text());
        add("Query.new(String, SearchOptions)", t -> new Query(t, SearchOptions.ofDefaults()).text());
        add("Hit.of(Chunk, String, double)", t -> only(Hit.of(hit.chunk(), t, 1)));
        add("Hit.rescored(String, double)", t -> hit.rescored(t, 2).scores().containsKey(t) ? t : "");
        add("Hit.new(Chunk, double, Map)", t -> only(new Hit(hit.chunk(), 1, Map.of(t, 1.0))));
        add("ChunkerBuilder.measuredBy(TokenCounter, String)", t -> {
            Chunker.recursive().measuredBy(String::length, t).build();
            return t;
        });
    }

    private static String only(Hit hit) {
        return String.join("", hit.scores().keySet());
    }

    private void answers() {
        Completion completion = new Completion("x", Completion.Finish.STOP, TokenUsage.NONE, "m");
        add(
                "Answer.new(String, List, List, Completion)",
                t -> new Answer(t, List.of(), List.of(), completion).text(),
                t -> new Answer("x", List.of(), List.of(t), completion)
                        .rejected()
                        .get(0));
        add(
                "Citation.new(String, Hit, int, String)",
                t -> new Citation(t, hit, 0, "text").marker(),
                t -> new Citation("[1]", new Hit(Chunk.of("d", 0, 0, t), 1, Map.of()), 0, t).quote());
        add(
                "Completion.new(String, Finish, TokenUsage, String)",
                t -> new Completion(t, Completion.Finish.STOP, TokenUsage.NONE, "m").text(),
                t -> new Completion("x", Completion.Finish.STOP, TokenUsage.NONE, t).model());
        add("Message.system(String)", t -> Message.system(t).content());
        add("Message.user(String)", t -> Message.user(t).content());
        add("Message.assistant(String)", t -> Message.assistant(t).content());
        add("Message.new(Role, String)", t -> new Message(Message.Role.USER, t).content());
        add("Passage.new(String, Hit)", t -> new Passage(t, hit).marker());
        add("Prompt.new(String, List, List)", t -> new Prompt(t, List.of(), List.of()).question());
        add("GroundingBuilder.instructions(String)", t -> {
            Prompt prompt = Grounding.numbered().instructions(t).build().prompt(Query.of("q"), List.of(hit));
            return prompt.messages().toString().isEmpty()
                            || prompt.messages().stream()
                                    .anyMatch(m -> m.content().contains(t))
                    ? t
                    : "not in the prompt";
        });
        add("Rag.ask(String)", t -> {
            FakeEmbedder embedder = FakeEmbedder.ofDimensions(ApiStore.DIMENSIONS);
            Rag rag = Rag.builder(embedder, VectorStore.inMemory(embedder.space()), Generator.extractive())
                    .build();
            rag.ask(t);
            return t;
        });
        add(
                "Failure.new(String, RuntimeException)",
                t -> new IngestReport.Failure(t, new IllegalStateException()).documentId());
        add("Judgements.of(Map)", t -> recall(t, t));
        add("Judgements.recall(List, int)", t -> recall(t, t));
        add("Judgements.ndcg(List, int)", t -> Judgements.of(Map.of(t, 1)).ndcg(List.of(t), 1) == 1 ? t : "");
        add("Judgements.precision(List, int)", t -> Judgements.of(Map.of(t, 1)).precision(List.of(t), 1) == 1 ? t : "");
        add(
                "Judgements.reciprocalRank(List)",
                t -> Judgements.of(Map.of(t, 1)).reciprocalRank(List.of(t)) == 1 ? t : "");
    }

    private static String recall(String relevant, String found) {
        return Judgements.of(Map.of(relevant, 1)).recall(List.of(found), 1) == 1 ? found : "";
    }

    private void metadataAndFilters() {
        add("Metadata.of(Map)", t -> key(Metadata.of(Map.of(t, 1))));
        add("Metadata.of(String, Object)", db::metadataKey, db::metadataValue);
        add(
                "Metadata.with(String, Object)",
                t -> key(Metadata.empty().with(t, 1)),
                t -> String.valueOf(Metadata.empty().with(K, t).value(K)));
        add("Metadata.value(String)", t -> Metadata.empty().value(t) == null ? t : "");
        add("Filter.eq(String, Object)", t -> db.found(Filter.eq(t, 1)), t -> db.found(Filter.eq(ApiStore.VALUE, t)));
        add(
                "Filter.ne(String, Object)",
                t -> compared(Filter.not(Filter.ne(t, 1))).key(),
                t -> String.valueOf(compared(Filter.not(Filter.ne(K, t))).value()));
        add("Filter.gt(String, Object)", t -> compared(Filter.gt(t, 1)).key(), db::neitherGreaterNorLess);
        add("Filter.gte(String, Object)", t -> compared(Filter.gte(t, 1)).key(), t -> value(Filter.gte(K, t)));
        add("Filter.lt(String, Object)", t -> compared(Filter.lt(t, 1)).key(), t -> value(Filter.lt(K, t)));
        add("Filter.lte(String, Object)", t -> compared(Filter.lte(t, 1)).key(), t -> value(Filter.lte(K, t)));
        add(
                "Filter.in(String, Collection)",
                t -> db.found(Filter.in(t, List.of(1))),
                t -> db.found(Filter.in(ApiStore.VALUE, List.of(t, 1))));
        add("Filter.exists(String)", t -> db.found(Filter.exists(t)));
        add(
                "Filter.contains(String, String)",
                t -> ((Filter.Contains) Filter.contains(t, "x")).key(),
                t -> db.found(Filter.contains(ApiStore.LIST, t)));
        add("Filter.parse(String)", db::parsed);
        add(
                "Compare.new(String, Operator, Object)",
                t -> new Filter.Compare(t, Filter.Operator.EQ, 1).key(),
                t -> value(new Filter.Compare(K, Filter.Operator.EQ, t)));
        add(
                "In.new(String, List)",
                t -> new Filter.In(t, List.of()).key(),
                t -> String.valueOf(new Filter.In(K, List.of(t)).values().get(0)));
        add("Exists.new(String)", t -> new Filter.Exists(t).key());
        add(
                "Contains.new(String, String)",
                t -> new Filter.Contains(t, "x").key(),
                t -> new Filter.Contains(K, t).element());
    }

    private static String key(Metadata metadata) {
        return String.join("", metadata.keys());
    }

    private static Filter.Compare compared(Filter filter) {
        if (filter instanceof Filter.Not not) {
            return compared(not.filter());
        }
        return (Filter.Compare) filter;
    }

    private static String value(Filter filter) {
        return String.valueOf(compared(filter).value());
    }

    private void spaces() {
        add(
                "EmbeddingSpace.builder(String, String, int)",
                t -> db.registered(EmbeddingSpace.builder(t, "m", 4)).provider(),
                t -> db.registered(EmbeddingSpace.builder("p", t, 4)).model());
        add("Builder.revision(String)", t -> db.registered(space().revision(t)).revision());
        add(
                "Builder.documentPrefix(String)",
                t -> db.registered(space().documentPrefix(t)).documentPrefix());
        add(
                "Builder.queryPrefix(String)",
                t -> db.registered(space().queryPrefix(t)).queryPrefix());
    }

    private static EmbeddingSpace.Builder space() {
        return EmbeddingSpace.builder("p", "m", 4);
    }

    private void stores() {
        for (VectorStore store : List.of(db.store(), db.inMemory())) {
            String type = store.getClass().getSimpleName();
            add(type + ".tenant(String)", t -> db.emptyTenant(store, t));
            add(
                    type + ".versions(Collection)",
                    t -> store.versions(List.of(t)).keySet().stream()
                            .findFirst()
                            .orElse(t));
            add(type + ".delete(Collection)", t -> store.tenant("nobody").delete(List.of(t)) == 0 ? t : "deleted");
            add(type + ".documentIds(Filter, String, int)", t -> db.after(store, t));
            add(type + ".search(String, SearchOptions)", t -> db.searched(store, t));
        }
        ways.put("VectorStore.tenant(String)", ways.get("PgVectorStore.tenant(String)"));
        ways.put("VectorStore.versions(Collection)", ways.get("PgVectorStore.versions(Collection)"));
        ways.put("VectorStore.delete(Collection)", ways.get("PgVectorStore.delete(Collection)"));
        ways.put(
                "VectorStore.documentIds(Filter, String, int)",
                ways.get("PgVectorStore.documentIds(Filter, String, int)"));
        ways.put("KeywordIndex.search(String, SearchOptions)", ways.get("PgVectorStore.search(String, SearchOptions)"));
    }

    /** Names become identifiers: what is not a plain lower-case name is refused before a connection is asked for. */
    private void names() {
        add(
                "PgVectorSchema.builder(EmbeddingSpace, String)",
                t -> db.named(
                        () -> PgVectorSchema.builder(space().build(), t).build().ddl(), t));
        add(
                "PgVectorSchema.Builder.schema(String)",
                t -> db.named(
                        () -> PgVectorSchema.builder(space().build(), "c")
                                .schema(t)
                                .build()
                                .ddl(),
                        t));
        add(
                "PgVectorSchema.Builder.textSearch(String)",
                t -> db.named(
                        () -> PgVectorSchema.builder(space().build(), "c")
                                .textSearch(t)
                                .build()
                                .ddl(),
                        t));
        add(
                "PgVectorSchema.Builder.rangeIndex(String)",
                t -> PgVectorSchema.builder(space().build(), "c")
                                .rangeIndex(t)
                                .build()
                                .ddl()
                                .contains(" -> '" + t + "')")
                        ? t
                        : "not there");
        add(
                "PgVectorStore.builder(DataSource, EmbeddingSpace, String)",
                t -> db.opened(PgVectorStore.builder(ApiStore.NO_CONNECTION, space().build(), t)::build, t));
        add(
                "PgVectorStore.Builder.schema(String)",
                t -> db.opened(
                        PgVectorStore.builder(ApiStore.NO_CONNECTION, space().build(), "c")
                                .schema(t)::build,
                        t));
        add(
                "PgVectorDoctor.builder(DataSource, String)",
                t -> db.opened(
                        () -> PgVectorDoctor.builder(ApiStore.NO_CONNECTION, t)
                                .build()
                                .examine(),
                        t));
        add(
                "PgVectorDoctor.Builder.schema(String)",
                t -> db.opened(
                        () -> PgVectorDoctor.builder(ApiStore.NO_CONNECTION, "c")
                                .schema(t)
                                .build()
                                .examine(),
                        t));
    }

    private void reports() {
        Finding.Kind kind = Finding.Kind.values()[0];
        IndexProgress.Work none = new IndexProgress.Work(0, 0);
        add("Choice.new(String, int, Recall)", t -> new Tuning.Choice(t, 1, null).setting());
        add(
                "Finding.new(Kind, String, String, List)",
                t -> new Finding(kind, t, "", List.of()).what(),
                t -> new Finding(kind, "", t, List.of()).why(),
                t -> new Finding(kind, "", "", List.of(t)).mend().get(0));
        add("IndexProgress.new(String, Work, Work)", t -> new IndexProgress(t, none, none).phase());
        add(
                "IndexReport.new(List, List)",
                t -> new IndexReport(List.of(t), List.of()).built().get(0),
                t -> new IndexReport(List.of(), List.of(t)).notes().get(0));
    }

    /** For a document as it is stored. */
    static EmbeddedDocument document(Document document, String fingerprint) {
        EmbeddedDocument plain = TestCollection.document(document, ApiStore.EMBEDDING);
        return new EmbeddedDocument(document, fingerprint, plain.chunks());
    }
}
