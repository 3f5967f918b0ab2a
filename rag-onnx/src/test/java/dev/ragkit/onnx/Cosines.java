package dev.ragkit.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Embedding;
import dev.ragkit.Metric;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The cosines of embeddings to those of another implementation.
 *
 * <p>The built-in models compute in 8-bit integers that are quantised on the fly, so the last bit of one floating-point
 * operation can move a vector by 0.005. The reference was made on a processor with AVX-512. There the same batches give the same
 * vectors, {@link #SAME}; elsewhere the runtime adds in another order, and most but not all of them are the same: {@link #NOISE}.
 */
final class Cosines {
    /** The least cosine of texts that were run in the same batches as the reference. */
    static final double SAME = 0.999;
    /** The least cosine of what differs by the noise of 8 bits only. A wrong prefix, pooling or token is far below. */
    static final double NOISE = 0.98;

    private final String name;
    private final List<Double> values = new ArrayList<>();

    Cosines(String name) {
        this.name = name;
    }

    void add(Embedding found, float[] expected) {
        values.add(Metric.COSINE.score(found, Embedding.of(expected)));
    }

    double least() {
        return values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    double mean() {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    Cosines print() {
        System.out.println(String.format(
                Locale.ROOT, "%s: cosine of %d texts: least %.5f, mean %.5f", name, values.size(), least(), mean()));
        return this;
    }

    /** Asserts what can be asserted of the same batches on this processor. */
    void assertTheSame() {
        boolean strict = hasAvx512();
        if (!strict) {
            System.out.println(name + ": no AVX-512 here, so the bound is " + NOISE + " and not " + SAME);
        }
        assertAtLeast(strict ? SAME : NOISE);
    }

    private static boolean hasAvx512() {
        try {
            Path processors = Path.of("/proc/cpuinfo");
            return Files.isReadable(processors) && Files.readString(processors).contains(" avx512f ");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void assertAtLeast(double least) {
        assertThat(least()).as("least cosine of " + name).isGreaterThanOrEqualTo(least);
    }

    void assertMeanAtLeast(double mean) {
        assertThat(mean()).as("mean cosine of " + name).isGreaterThanOrEqualTo(mean);
    }
}
