package dev.ragkit;

/** How long a chunk may be, how much of it the next one may repeat, and what is counted. */
record ChunkSize(int most, int overlap, TokenCounter counter, String unit) {
    /** Such as {@code (1000 characters, overlap 100)}. */
    String describe() {
        return "(" + most + " " + unit + ", overlap " + overlap + ")";
    }

    boolean isInCharacters() {
        return counter == CharacterCounter.INSTANCE;
    }

    int measure(String text, int from, int to) {
        return isInCharacters() ? to - from : counter.count(text.substring(from, to));
    }
}
