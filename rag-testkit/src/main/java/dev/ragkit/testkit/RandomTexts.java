package dev.ragkit.testkit;

import java.util.List;
import java.util.Random;

/** Random texts of the kinds that chunkers stumble over. For use by one thread. */
final class RandomTexts {
    private static final List<String> PIECES = List.of(
            "word",
            "a",
            "sentence",
            "Anaximander",
            "antidisestablishmentarianism",
            "3.14",
            "e.g.",
            "U.S.",
            "Dr.",
            "don't",
            "x".repeat(70),
            "\u65e5\u672c\u8a9e",
            "\u6587\u7ae0\u3002",
            "\u0645\u0631\u062d\u0628\u0627",
            "\u05e9\u05dc\u05d5\u05dd",
            "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35",
            "\ud83d\ude00",
            "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67\u200d\ud83d\udc66",
            "\ud83c\udde9\ud83c\uddea",
            "\ud83d\udc4d\ud83c\udffd",
            "e\u0301",
            "Z\u0351\u036b\u0343",
            "\u1112\u1161\u11ab",
            "\ufeff",
            "\u00ad",
            "\u200b",
            "\u202e",
            "<b>bold</b>",
            "`code`",
            "\"quoted\"");

    private static final List<String> GAPS = List.of(
            " ",
            " ",
            " ",
            " ",
            " ",
            ". ",
            "? ",
            "! ",
            ", ",
            "; ",
            "",
            "",
            "\n",
            "\n\n",
            "\r\n",
            "\r\n\r\n",
            "\t",
            "  ",
            "\n \n",
            "\n\n\n\n",
            "\u00a0",
            "\u3000",
            "\u2028",
            "\u2029",
            "...",
            " \u2014 ",
            "\r",
            "\f",
            "\n# ",
            "\n- ",
            "\n```\n");

    private final Random random;

    RandomTexts(Random random) {
        this.random = random;
    }

    /** A text of 0 to about 3,000 characters. */
    String text() {
        StringBuilder text = new StringBuilder();
        int pieces = random.nextInt(random.nextInt(8) == 0 ? 400 : 60);
        boolean gapless = random.nextInt(15) == 0;
        for (int i = 0; i < pieces; i++) {
            text.append(pick(PIECES)).append(gapless ? "" : pick(GAPS));
        }
        if (random.nextInt(10) == 0) {
            text.insert(0, " \n".repeat(random.nextInt(100))).append("\n".repeat(random.nextInt(200)));
        }
        if (random.nextInt(20) == 0) {
            text.insert(random.nextInt(text.length() + 1), pick(List.of("\ud83d", "\ude00", "\u0000")));
        }
        return text.toString();
    }

    private String pick(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
