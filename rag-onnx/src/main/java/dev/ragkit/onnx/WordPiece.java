package dev.ragkit.onnx;

import java.util.function.IntConsumer;

/**
 * The tokenizer of BERT: words split at spaces, punctuation and ideographs, then each word into the longest pieces of the
 * vocabulary. It adds no special tokens, truncates nothing and pads nothing; text that looks like a special token, such as
 * {@code [SEP]}, is text. Linear in the text, also where that has no spaces. Immutable, safe for use by several threads.
 *
 * @see <a href="https://arxiv.org/abs/1810.04805">BERT, Devlin et al. 2018</a>
 */
final class WordPiece {
    private final PieceTrie pieces;
    private final CharacterFolding folding;
    private final int unknown;
    private final int maxWordLength;

    /**
     * A tokenizer.
     *
     * @param unknown the id of the token that stands for a word outside the vocabulary
     * @param maxWordLength in code points; a longer word is unknown
     */
    WordPiece(PieceTrie pieces, CharacterFolding folding, int unknown, int maxWordLength) {
        this.pieces = pieces;
        this.folding = folding;
        this.unknown = unknown;
        this.maxWordLength = maxWordLength;
    }

    /** Returns the ids of the text's tokens. */
    TokenIds tokenize(String text) {
        TokenIds ids = new TokenIds(text.length() / 4 + 8);
        new Pass(ids::add).read(text);
        return ids;
    }

    /** Returns how many tokens the text has. */
    int count(String text) {
        int[] count = {0};
        new Pass(id -> count[0]++).read(text);
        return count[0];
    }

    /** One pass over one text: the word that is being read, and where its pieces go. */
    private final class Pass {
        private final IntConsumer out;
        private final char[] word = new char[2 * maxWordLength];
        private final int[] split = new int[2 * maxWordLength];
        private int length;
        private int codePoints;

        Pass(IntConsumer out) {
            this.out = out;
        }

        void read(String text) {
            int i = 0;
            while (i < text.length()) {
                int c = text.codePointAt(i);
                i += Character.charCount(c);
                if (c >= 'a' && c <= 'z') {
                    append(c);
                } else {
                    readFolded(folding.fold(c));
                }
            }
            endWord();
        }

        private void readFolded(String folded) {
            int i = 0;
            while (i < folded.length()) {
                int c = folded.codePointAt(i);
                i += Character.charCount(c);
                if (c == ' ') {
                    endWord();
                } else if (CharacterFolding.isPunctuation(c)) {
                    endWord();
                    append(c);
                    endWord();
                } else {
                    append(c);
                }
            }
        }

        private void append(int c) {
            codePoints++;
            if (codePoints > maxWordLength) {
                return;
            }
            if (Character.isBmpCodePoint(c)) {
                word[length++] = (char) c;
            } else {
                length += Character.toChars(c, word, length);
            }
        }

        private void endWord() {
            if (codePoints == 0) {
                return;
            }
            int count = codePoints > maxWordLength ? -1 : pieces.split(word, length, split);
            if (count < 0) {
                out.accept(unknown);
            }
            for (int i = 0; i < count; i++) {
                out.accept(split[i]);
            }
            length = 0;
            codePoints = 0;
        }
    }
}
