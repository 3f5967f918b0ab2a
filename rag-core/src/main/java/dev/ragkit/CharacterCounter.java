package dev.ragkit;

/** Counts UTF-16 code units; chunkers recognise it and measure without cutting text out. */
enum CharacterCounter implements TokenCounter {
    INSTANCE;

    @Override
    public int count(String text) {
        return text.length();
    }

    @Override
    public String toString() {
        return "characters";
    }
}
