package dev.ragkit.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The network: token ids in, one vector of length 1 a row out. Safe for use by several threads; closing waits for the runs that are
 * under way, for the native session must not go away under them.
 */
final class Transformer implements AutoCloseable {
    private static final String IDS = "input_ids";
    private static final String MASK = "attention_mask";
    private static final String TYPES = "token_type_ids";
    private static final String OUTPUT = "last_hidden_state";

    private final ReadWriteLock open = new ReentrantReadWriteLock();
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final Set<String> inputs;
    private final Pooling pooling;
    private boolean closed;

    private Transformer(OrtEnvironment environment, OrtSession session, Pooling pooling) {
        this.environment = environment;
        this.session = session;
        this.inputs = Set.copyOf(session.getInputNames());
        this.pooling = pooling;
    }

    /**
     * Loads the network.
     *
     * @throws OrtException if it is not one, or its inputs and outputs are not those of a BERT encoder
     */
    static Transformer open(byte[] weights, Pooling pooling) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        // Some builds of the runtime report their use; an embedder "in the process" must not.
        environment.setTelemetry(false);
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            // Texts side by side on threads of their own scale better than the threads of the runtime inside one text.
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            // Failures arrive as exceptions; the runtime would also print them.
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
            OrtSession session = environment.createSession(weights, options);
            boolean fits = false;
            try {
                check(session);
                Transformer network = new Transformer(environment, session, pooling);
                fits = true;
                return network;
            } finally {
                if (!fits) {
                    session.close();
                }
            }
        }
    }

    private static void check(OrtSession session) throws OrtException {
        Set<String> inputs = session.getInputNames();
        if (!inputs.contains(IDS) || !Set.of(IDS, MASK, TYPES).containsAll(inputs)) {
            throw new OrtException(
                    "the inputs must be " + IDS + " and perhaps " + MASK + " and " + TYPES + ", were " + inputs);
        }
        NodeInfo output = session.getOutputInfo().get(OUTPUT);
        if (output == null || !(output.getInfo() instanceof TensorInfo tensor) || tensor.getShape().length != 3) {
            throw new OrtException("the output " + OUTPUT
                    + " must have the shape (texts, tokens, dimensions), the outputs were " + session.getOutputNames());
        }
    }

    /**
     * Embeds rows of the same length.
     *
     * @return one vector of length 1 a row
     * @throws IllegalStateException if the network is closed
     * @throws OrtException if the network fails
     * @throws ArithmeticException if it gives a vector that is not finite or has no direction
     */
    float[][] run(List<int[]> rows) throws OrtException {
        Lock lock = open.readLock();
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the embedder is closed; build a new one");
            }
            return runOpen(rows);
        } finally {
            lock.unlock();
        }
    }

    private float[][] runOpen(List<int[]> rows) throws OrtException {
        Map<String, OnnxTensor> tensors = new HashMap<>();
        try {
            fill(tensors, rows);
            try (OrtSession.Result result = session.run(tensors, Set.of(OUTPUT))) {
                OnnxTensor output = (OnnxTensor) result.get(0);
                return pool(output.getFloatBuffer(), output.getInfo().getShape());
            }
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    /** Fills the tensors in; they are put in the map one by one so that the caller can close those there are. */
    private void fill(Map<String, OnnxTensor> tensors, List<int[]> rows) throws OrtException {
        int length = rows.get(0).length;
        long[] shape = {rows.size(), length};
        LongBuffer ids = LongBuffer.allocate(rows.size() * length);
        for (int[] row : rows) {
            for (int id : row) {
                ids.put(id);
            }
        }
        tensors.put(IDS, OnnxTensor.createTensor(environment, ids.flip(), shape));
        if (inputs.contains(MASK)) {
            LongBuffer ones = LongBuffer.allocate(ids.capacity());
            while (ones.hasRemaining()) {
                ones.put(1);
            }
            tensors.put(MASK, OnnxTensor.createTensor(environment, ones.flip(), shape));
        }
        if (inputs.contains(TYPES)) {
            tensors.put(TYPES, OnnxTensor.createTensor(environment, LongBuffer.allocate(ids.capacity()), shape));
        }
    }

    private float[][] pool(FloatBuffer output, long[] shape) {
        int rows = (int) shape[0];
        int tokens = (int) shape[1];
        int dimensions = (int) shape[2];
        int pooled = pooling == Pooling.CLS ? 1 : tokens;
        float[] token = new float[dimensions];
        float[][] vectors = new float[rows][];
        for (int row = 0; row < rows; row++) {
            double[] sum = new double[dimensions];
            for (int i = 0; i < pooled; i++) {
                output.get((row * tokens + i) * dimensions, token);
                UnitVectors.add(sum, token, 1);
            }
            vectors[row] = UnitVectors.toUnit(sum);
        }
        return vectors;
    }

    @Override
    public void close() {
        Lock lock = open.writeLock();
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                session.close();
            }
        } catch (OrtException e) {
            throw new IllegalStateException("the ONNX session could not be closed", e);
        } finally {
            lock.unlock();
        }
    }
}
