package dev.ragkit;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/** Units to measure chunks in, such as models have them and worse. */
enum ChunkerUnits implements TokenCounter {
    CHARACTERS_OF_OTHERS {
        @Override
        public int count(String text) {
            return text.length();
        }
    },
    CODE_POINTS {
        @Override
        public int count(String text) {
            return text.codePointCount(0, text.length());
        }
    },
    BYTES {
        @Override
        public int count(String text) {
            return text.getBytes(StandardCharsets.UTF_8).length;
        }
    },
    /** White space measures nothing. */
    WORDS {
        @Override
        public int count(String text) {
            return (int) WORD.matcher(text).results().count();
        }
    },
    /** As a model that puts two tokens of its own around each text. */
    FRAMED_WORDS {
        @Override
        public int count(String text) {
            return 2 + WORDS.count(text);
        }
    },
    /** Equal neighbours merge, pair by pair: a longer text may measure less. */
    MERGED {
        @Override
        public int count(String text) {
            int count = 0;
            for (int at = 0; at < text.length(); at++) {
                boolean pair = at + 1 < text.length() && text.charAt(at) == text.charAt(at + 1);
                at += pair ? 1 : 0;
                count++;
            }
            return count;
        }
    },
    /** Two texts together measure more than each alone. */
    GROWING {
        @Override
        public int count(String text) {
            return text.length() + (int) Math.min(1_000_000L, (long) text.length() * text.length() / 50);
        }
    },
    /** Up and down without any order. */
    NOISY {
        @Override
        public int count(String text) {
            return text.length() / 3 + Math.floorMod(text.hashCode(), 9);
        }
    };

    private static final Pattern WORD = Pattern.compile("\\S+");

    static final List<ChunkerUnits> ALL = List.of(values());

    String unit() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
