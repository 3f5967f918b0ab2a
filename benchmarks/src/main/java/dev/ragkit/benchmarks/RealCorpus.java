package dev.ragkit.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Passages of documentation and abstracts, and questions, encoded by all-MiniLM-L6-v2: {@code data/ann-384}. */
final class RealCorpus implements Corpus {
    static final int ROWS = 38_679;
    private static final int DIMENSIONS = 384;

    private final ShortBuffer base;
    private final ShortBuffer queries;
    private final byte[] labels;

    private RealCorpus(ShortBuffer base, ShortBuffer queries, byte[] labels) {
        this.base = base;
        this.queries = queries;
        this.labels = labels;
    }

    static boolean isThere() {
        return Files.isDirectory(SharedData.folder("ann-384"));
    }

    static RealCorpus load() {
        Path folder = SharedData.folder("ann-384");
        return new RealCorpus(
                halves(folder.resolve("base.f16")),
                halves(folder.resolve("queries.f16")),
                bytes(folder.resolve("labels.u8")));
    }

    private static ShortBuffer halves(Path file) {
        return ByteBuffer.wrap(bytes(file)).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static float[] vector(ShortBuffer halves, int index) {
        float[] values = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            values[i] = SciFact.widen(halves.get(index * DIMENSIONS + i));
        }
        return Corpus.normalize(values);
    }

    @Override
    public String name() {
        return "real";
    }

    @Override
    public int dimensions() {
        return DIMENSIONS;
    }

    @Override
    public int rows() {
        return labels.length;
    }

    @Override
    public float[] row(int row) {
        return vector(base, row);
    }

    @Override
    public int label(int row) {
        return labels[row];
    }

    @Override
    public int queries() {
        return queries.capacity() / DIMENSIONS;
    }

    @Override
    public float[] query(int query) {
        return vector(queries, query);
    }
}
