package dev.ragkit;

import java.util.List;
import java.util.Random;

/** Texts that a chunker may stumble over, made of everything that has a rule of its own. */
final class ChunkerTexts {
    private static final List<String> PIECES = List.of(
            "word",
            "Sentence.",
            "Dr. ",
            "e.g. ",
            "U.S. ",
            "3.14",
            "No. 5",
            "Why?! ",
            "… ",
            "\"Yes.\" ",
            "(a.) ",
            ". ",
            "? ",
            "\n",
            "\r\n",
            "\r",
            "\n\n",
            "\r\n\r\n",
            "\n \n",
            "\n\n\n\n\n",
            "\u2028",
            "\u2029",
            "\f",
            "\u000b",
            "\u0085",
            " ",
            "  ",
            "\t",
            "\u00a0",
            "\u3000",
            "\u2003",
            "\u202f",
            "\ufeff",
            "\u200b",
            "# Heading\n",
            "## Two\n\n",
            "Title\n=====\n",
            "== Wiki ==\n",
            "- item\n",
            "1. item\n",
            "| a | b |\n",
            "```\n",
            "---\n",
            "* * *\n",
            "> quote\n",
            "a) b\n",
            "e\u0301",
            "\u0301",
            "\u0301\u0302\u0303",
            "\u20dd",
            " \u0301",
            "\n\u0301",
            "\u0345",
            "\ud83d\ude00",
            "\ud83d\udc4d\ud83c\udffd",
            "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67\u200d\ud83d\udc66",
            "\u2764\ufe0f\u200d\ud83d\udd25",
            "\ud83c\udff4\udb40\udc67\udb40\udc62\udb40\udc7f",
            "1\ufe0f\u20e3",
            "\u200d",
            "\ud83c\udde9\ud83c\uddea",
            "\ud83c\uddeb",
            "\u00a9\u200d\u00ae",
            "\uac01",
            "\uac00\u11a8",
            "\u1100\u1161\u11a8",
            "\u1100\u1100",
            "\u11a8",
            "日本語",
            "です。",
            "「はい。」",
            "！",
            "中文。",
            "ไทยน้ำ",
            "ກຳ",
            "မြန်မာ",
            "ខ្មែរ",
            "क्षि",
            "हिन्दी। ",
            "क\u094d",
            "বাংলা",
            "\u0600",
            "\u06dd\u0661",
            "العربية؟ ",
            "עברית. ",
            "Ünïcödé",
            "\ud83d",
            "\ude00",
            "\udc00\ud800",
            "\u0000",
            "\uffff",
            "\u001c",
            "x\ufe0f",
            "\u00ad");

    /** These make one cluster with what is before, however many there are. */
    private static final List<String> MARKS = List.of("\u0301", "\u200d", "\u200d\ud83d\udc68", "\u0903", "\u094dक");

    private static final int MOST_REPEATS = 40;

    private final Random random;

    ChunkerTexts(Random random) {
        this.random = random;
    }

    /** Up to a few hundred characters, seldom more. */
    String text() {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(random.nextInt(20) == 0 ? 3000 : 300);
        while (text.length() < length) {
            append(text);
        }
        return text.toString();
    }

    private void append(StringBuilder text) {
        switch (random.nextInt(13)) {
            case 0, 1 -> text.append(piece());
            case 2 -> text.append(piece().repeat(1 + random.nextInt(MOST_REPEATS)));
            case 3 -> text.appendCodePoint(random.nextInt(Character.MAX_CODE_POINT + 1));
            case 4 -> text.append((char) random.nextInt(Character.MAX_VALUE + 1));
            case 5 -> text.append("x".repeat(random.nextInt(100)));
            case 6 -> text.append(random.nextBoolean() ? "\n" : "\n\n");
            case 7 -> text.append(words(3)).append(piece());
            case 8 ->
                text.append(piece())
                        .append(MARKS.get(random.nextInt(MARKS.size())).repeat(random.nextInt(200)));
            default -> text.append(words(12)).append(random.nextInt(3) == 0 ? ".\n" : ". ");
        }
    }

    private String piece() {
        return PIECES.get(random.nextInt(PIECES.size()));
    }

    private String words(int most) {
        StringBuilder words = new StringBuilder();
        for (int count = 1 + random.nextInt(most); count > 0; count--) {
            int from = words.length();
            for (int letters = 1 + random.nextInt(9); letters > 0; letters--) {
                words.append((char) ('a' + random.nextInt(26)));
            }
            if (random.nextInt(5) == 0) {
                words.setCharAt(from, Character.toUpperCase(words.charAt(from)));
            }
            words.append(random.nextInt(12) == 0 ? '\n' : ' ');
        }
        return words.toString().stripTrailing();
    }
}
