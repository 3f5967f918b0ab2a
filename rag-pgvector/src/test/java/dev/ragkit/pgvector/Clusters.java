package dev.ragkit.pgvector;

import dev.ragkit.Chunk;
import dev.ragkit.Document;
import dev.ragkit.EmbeddedChunk;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Metadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Embeddings in heaps, as those of texts are, with queries between and inside the heaps. Few dimensions carry most of it, so that
 * a graph over them misses some of the nearest where it looks at few candidates.
 */
final class Clusters {
    static final int DIMENSIONS = 32;
    static final EmbeddingSpace SPACE =
            EmbeddingSpace.builder("test", "clusters", DIMENSIONS).normalized().build();

    private static final int CHUNKS = 100;

    private final Random random;
    private final List<float[]> centres;

    Clusters(long seed, int heaps) {
        random = new Random(seed);
        centres = IntStream.range(0, heaps).mapToObj(i -> gaussian(1)).toList();
    }

    /** Documents of {@value #CHUNKS} chunks each, numbered from 0 by the key {@code n} of their metadata. */
    List<EmbeddedDocument> documents(int chunks) {
        List<EmbeddedDocument> documents = new ArrayList<>();
        for (int first = 0; first < chunks; first += CHUNKS) {
            documents.add(document(first, Math.min(CHUNKS, chunks - first)));
        }
        return documents;
    }

    private EmbeddedDocument document(int first, int count) {
        Document document = Document.of("d" + first, "word ".repeat(count));
        List<EmbeddedChunk> chunks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Chunk chunk = Chunk.of(document, i, 5 * i, 5 * i + 4)
                    .withMetadata(Metadata.of("n", first + i).with("tenth", (first + i) % 10));
            chunks.add(new EmbeddedChunk(chunk, embedding()));
        }
        return new EmbeddedDocument(document, "v1", chunks);
    }

    List<Embedding> queries(int count) {
        return IntStream.range(0, count).mapToObj(i -> embedding()).toList();
    }

    private Embedding embedding() {
        float[] values = gaussian(0.45f);
        float[] centre = centres.get(random.nextInt(centres.size()));
        for (int i = 0; i < values.length; i++) {
            values[i] += centre[i];
        }
        return Embedding.of(values).normalized();
    }

    private float[] gaussian(float scale) {
        float[] values = new float[DIMENSIONS];
        for (int i = 0; i < values.length; i++) {
            values[i] = scale * (float) random.nextGaussian();
        }
        return values;
    }
}
