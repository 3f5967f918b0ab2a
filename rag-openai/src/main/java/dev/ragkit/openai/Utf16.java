package dev.ragkit.openai;

/** Which texts can be sent. */
final class Utf16 {
    private Utf16() {}

    /** Whether each surrogate has its other half. */
    static boolean isWhole(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!Character.isSurrogatePair(text.charAt(i), i + 1 < text.length() ? text.charAt(i + 1) : ' ')) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }
}
