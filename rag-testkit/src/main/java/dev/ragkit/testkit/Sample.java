package dev.ragkit.testkit;

import dev.ragkit.Chunk;
import dev.ragkit.Document;
import dev.ragkit.EmbeddedChunk;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.Metadata;
import java.util.ArrayList;
import java.util.List;

/** A document in the making: pieces of text, one a chunk, each with its embedding. For use by one thread. */
final class Sample {
    private final String id;
    private final List<String> texts = new ArrayList<>();
    private final List<Embedding> embeddings = new ArrayList<>();
    private String fingerprint = "v1";
    private String source;
    private Metadata metadata = Metadata.empty();

    private Sample(String id) {
        this.id = id;
        this.source = id;
    }

    static Sample of(String id) {
        return new Sample(id);
    }

    /** A document of one chunk, near by this cosine. */
    static EmbeddedDocument at(String id, double cosine) {
        return of(id).chunk("text of " + id, Vectors.at(cosine)).build();
    }

    /** A document of one chunk, near by this cosine, with metadata. */
    static EmbeddedDocument at(String id, double cosine, Metadata metadata) {
        return of(id).metadata(metadata)
                .chunk("text of " + id, Vectors.at(cosine))
                .build();
    }

    Sample metadata(Metadata metadata) {
        this.metadata = metadata;
        return this;
    }

    Sample fingerprint(String fingerprint) {
        this.fingerprint = fingerprint;
        return this;
    }

    Sample source(String source) {
        this.source = source;
        return this;
    }

    Sample chunk(String text, Embedding embedding) {
        texts.add(text);
        embeddings.add(embedding);
        return this;
    }

    /** Adds chunks that are all equally near, with texts that start with a label. */
    Sample chunks(int count, String label, Embedding embedding) {
        for (int i = 0; i < count; i++) {
            chunk(label + " " + i, embedding);
        }
        return this;
    }

    EmbeddedDocument build() {
        Document document = new Document(id, String.join("\n", texts), metadata, source);
        List<EmbeddedChunk> chunks = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < texts.size(); i++) {
            int end = start + texts.get(i).length();
            chunks.add(new EmbeddedChunk(Chunk.of(document, i, start, end), embeddings.get(i)));
            start = end + 1;
        }
        return new EmbeddedDocument(document, fingerprint, chunks);
    }
}
