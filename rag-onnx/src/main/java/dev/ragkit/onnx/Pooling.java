package dev.ragkit.onnx;

/** How the vectors of a window's tokens become the vector of the window. A model is trained for one of them. */
public enum Pooling {
    /** The mean of the vectors of all tokens: MiniLM, e5. */
    MEAN,
    /** The vector of the first token, {@code [CLS]}: bge. */
    CLS
}
