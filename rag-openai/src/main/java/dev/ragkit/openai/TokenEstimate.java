package dev.ragkit.openai;

import dev.ragkit.TokenCounter;

/**
 * How many tokens a text is likely to have, without a vocabulary: four characters of ASCII a token, two of other letters of Europe and
 * its neighbours, one of all others. Prose in English is over-estimated a little; rows of digits and punctuation are not.
 */
enum TokenEstimate implements TokenCounter {
    INSTANCE;

    private static final int LAST_ALPHABETIC = 0x7ff;

    @Override
    public int count(String text) {
        long quarters = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            quarters += c < 0x80 ? 1 : c <= LAST_ALPHABETIC ? 2 : 4;
        }
        return (int) Math.min(Integer.MAX_VALUE, (quarters + 3) / 4);
    }
}
