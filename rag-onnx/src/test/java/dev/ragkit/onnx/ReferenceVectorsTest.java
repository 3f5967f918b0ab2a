package dev.ragkit.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Embedding;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Embeddings against those that other implementations made of the same texts with the same weights; see README.md beside {@code
 * reference-vectors.tsv}.
 *
 * <p>The weights are 8-bit integers, and what flows between them is quantised on the fly by the largest value in the batch. So
 * two implementations give the same vectors only where they run the same batches on a runtime that rounds alike; see {@link
 * Cosines}. Texts that were alone in their batch of the reference go through the embedder as it is by default, the others through
 * one with the batches of the reference. Where a new version of the runtime fails these two tests and passes the others, it rounds in
 * another way: then new vectors differ a little from stored ones, which belongs in the change log.
 */
class ReferenceVectorsTest {
    private static final double MEAN_NOISE = 0.99;
    private static final int REFERENCE_BATCH = 16;
    private static final int DIMENSIONS = 384;

    private record Reference(String text, float[] miniLm, float[] bge, float[] e5) {
        float[] of(OnnxModel model) {
            return switch (model.name()) {
                case "all-minilm-l6-v2" -> miniLm;
                case "bge-small-en-v1.5" -> bge;
                default -> e5;
            };
        }
    }

    @SuppressWarnings("NullAway.Init")
    private static List<Reference> references;

    @BeforeAll
    static void read() throws IOException {
        try (InputStream in = Tiny.file("reference-vectors.tsv").open()) {
            references = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .map(line -> line.split("\t"))
                    .map(column -> new Reference(column[1], vector(column[2]), vector(column[3]), vector(column[4])))
                    .toList();
        }
        assertThat(references).hasSize(29);
    }

    private static float[] vector(String base64) {
        return HalfFloats.rows(Base64.getDecoder().decode(base64), DIMENSIONS)[0];
    }

    private static Cosines cosines(OnnxEmbedder embedder, OnnxModel model, List<Reference> texts) {
        List<Embedding> found = embedder.embedQueries(
                        texts.stream().map(Reference::text).toList())
                .list();
        Cosines cosines = new Cosines(model.name());
        for (int i = 0; i < texts.size(); i++) {
            cosines.add(found.get(i), texts.get(i).of(model));
        }
        return cosines.print();
    }

    private static List<Reference> aloneInTheirBatch(OnnxEmbedder embedder) {
        Map<Integer, Integer> lengths = new HashMap<>();
        references.forEach(
                reference -> lengths.merge(embedder.tokenCounter().count(reference.text()), 1, Integer::sum));
        return references.stream()
                .filter(reference -> lengths.get(embedder.tokenCounter().count(reference.text())) == 1)
                .toList();
    }

    private static void assertTheSameVectors(OnnxModel model) {
        try (OnnxEmbedder embedder = OnnxEmbedder.builder(model).build();
                OnnxEmbedder batched =
                        OnnxEmbedder.builder(model).batchSize(REFERENCE_BATCH).build()) {
            List<Reference> alone = aloneInTheirBatch(embedder);
            assertThat(alone).hasSize(7);
            cosines(embedder, model, alone).assertTheSame();
            cosines(batched, model, references).assertTheSame();
        }
    }

    @Test
    void miniLmGivesTheVectorsOfTheReference() {
        assertTheSameVectors(OnnxModel.miniLm());
    }

    @Test
    void bgeSmallGivesTheVectorsOfTheReference() {
        assertTheSameVectors(OnnxModel.bgeSmall());
    }

    @Test
    void oneByOneTheVectorsDifferByTheNoiseOfEightBitsOnly() {
        for (OnnxModel model : List.of(OnnxModel.miniLm(), OnnxModel.bgeSmall(), OnnxModel.e5Small())) {
            try (OnnxEmbedder embedder = OnnxEmbedder.builder(model).build()) {
                Cosines cosines = cosines(embedder, model, references);
                cosines.assertAtLeast(Cosines.NOISE);
                cosines.assertMeanAtLeast(MEAN_NOISE);
            }
        }
    }

    @Test
    void aWrongPrefixIsMoreThanNoise() {
        for (OnnxModel model : List.of(OnnxModel.bgeSmall(), OnnxModel.e5Small())) {
            try (OnnxEmbedder embedder = OnnxEmbedder.builder(model).build()) {
                Cosines asDocuments = new Cosines(model.name() + " queries embedded as documents");
                for (Reference reference : references) {
                    asDocuments.add(
                            embedder.embedDocuments(List.of(reference.text())).get(0), reference.of(model));
                }
                assertThat(asDocuments.print().mean()).isLessThan(MEAN_NOISE);
            }
        }
    }

    @Test
    void whatMeansTheSameIsCloserThanWhatDoesNot() {
        for (OnnxModel model : List.of(OnnxModel.miniLm(), OnnxModel.bgeSmall(), OnnxModel.e5Small())) {
            try (OnnxEmbedder embedder = OnnxEmbedder.builder(model).build()) {
                Embedding query = embedder.embedQuery("How do plants make energy from sunlight?");
                List<Embedding> documents = embedder.embedDocuments(List.of(
                                "Photosynthesis turns light into chemical energy in the chloroplasts of leaves.",
                                "The stock market fell by two percent on Tuesday.",
                                "A transaction is rolled back when the connection is lost."))
                        .list();
                assertThat(query.dot(documents.get(0)))
                        .as(model.name())
                        .isGreaterThan(query.dot(documents.get(1)) + 0.05)
                        .isGreaterThan(query.dot(documents.get(2)) + 0.05);
            }
        }
    }
}
