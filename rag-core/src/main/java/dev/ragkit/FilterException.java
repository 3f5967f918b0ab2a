package dev.ragkit;

/**
 * A text is not a filter expression, see {@link Filter#parse}. The message says where, what was expected there and what kind of
 * thing stands there; it never repeats the text, whose values may be personal data.
 */
public final class FilterException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** Where in the text. */
    private final int position;

    FilterException(String message, int position) {
        super(text(message, position));
        this.position = position;
    }

    /** What a node of {@link Filter} refused, and where it stands. */
    FilterException(IllegalArgumentException cause, int position) {
        super(text(String.valueOf(cause.getMessage()), position), cause);
        this.position = position;
    }

    private static String text(String message, int position) {
        return "filter expression, at character " + position + ": " + message;
    }

    /**
     * Where in the text the fault is.
     *
     * @return the index of a UTF-16 code unit, from 0 to the length of the text
     */
    public int position() {
        return position;
    }
}
