package dev.ragkit;

/**
 * Finds the borders of extended grapheme clusters (UAX #29, Unicode 16), what readers take for one character: a letter with its
 * marks, a flag, a family emoji, CR LF. Fed with code point after code point.
 *
 * <p>Own rules over the general categories of the running Java, since {@code \X} and {@link java.text.BreakIterator} of Java 17
 * split some clusters that later versions keep.
 */
final class Graphemes {
    private static final int OTHER = 0;
    private static final int CR = 1;
    private static final int LF = 2;
    private static final int CONTROL = 3;
    private static final int EXTEND = 4;
    private static final int JOINER = 5;
    private static final int SPACING = 6;
    private static final int PREPEND = 7;
    private static final int REGIONAL = 8;
    private static final int PICTURE = 9;
    private static final int L = 10;
    private static final int V = 11;
    private static final int T = 12;
    private static final int LV = 13;
    private static final int LVT = 14;
    private static final int LINKER = 15;
    private static final int CONSONANT = 16;

    /** Combining marks with a width of their own that begin a cluster all the same. */
    private static final int[] SEPARATE_MARKS = {
        0x102B, 0x102C, 0x1038, 0x1038, 0x1062, 0x1064, 0x1067, 0x106D, 0x1083, 0x1083, 0x1087, 0x108C, 0x108F, 0x108F,
        0x109A, 0x109C, 0x1A61, 0x1A61, 0x1A63, 0x1A64, 0xAA7B, 0xAA7B, 0xAA7D, 0xAA7D
    };

    private static final int[] PREPENDED = {
        0x600, 0x605, 0x6DD, 0x6DD, 0x70F, 0x70F, 0x890, 0x891, 0x8E2, 0x8E2, 0xD4E, 0xD4E, 0x110BD, 0x110BD, 0x110CD,
        0x110CD, 0x111C2, 0x111C3, 0x113D1, 0x113D1, 0x1193F, 0x1193F, 0x11941, 0x11941, 0x11A3A, 0x11A3A, 0x11A84,
        0x11A89, 0x11D46, 0x11D46, 0x11F02, 0x11F02
    };

    /** Extended_Pictographic of Unicode's emoji-data, from U+203C. */
    private static final int[] PICTURES = {
        0x203C, 0x203C, 0x2049, 0x2049, 0x2122, 0x2122, 0x2139, 0x2139, 0x2194, 0x2199, 0x21A9, 0x21AA, 0x231A, 0x231B,
        0x2328, 0x2328, 0x2388, 0x2388, 0x23CF, 0x23CF, 0x23E9, 0x23F3, 0x23F8, 0x23FA, 0x24C2, 0x24C2, 0x25AA, 0x25AB,
        0x25B6, 0x25B6, 0x25C0, 0x25C0, 0x25FB, 0x25FE, 0x2600, 0x2605, 0x2607, 0x2612, 0x2614, 0x2685, 0x2690, 0x2705,
        0x2708, 0x2712, 0x2714, 0x2714, 0x2716, 0x2716, 0x271D, 0x271D, 0x2721, 0x2721, 0x2728, 0x2728, 0x2733, 0x2734,
        0x2744, 0x2744, 0x2747, 0x2747, 0x274C, 0x274C, 0x274E, 0x274E, 0x2753, 0x2755, 0x2757, 0x2757, 0x2763, 0x2767,
        0x2795, 0x2797, 0x27A1, 0x27A1, 0x27B0, 0x27B0, 0x27BF, 0x27BF, 0x2934, 0x2935, 0x2B05, 0x2B07, 0x2B1B, 0x2B1C,
        0x2B50, 0x2B50, 0x2B55, 0x2B55, 0x3030, 0x3030, 0x303D, 0x303D, 0x3297, 0x3297, 0x3299, 0x3299, 0x1F000,
        0x1F0FF, 0x1F10D, 0x1F10F, 0x1F12F, 0x1F12F, 0x1F16C, 0x1F171, 0x1F17E, 0x1F17F, 0x1F18E, 0x1F18E, 0x1F191,
        0x1F19A, 0x1F1AD, 0x1F1E5, 0x1F201, 0x1F20F, 0x1F21A, 0x1F21A, 0x1F22F, 0x1F22F, 0x1F232, 0x1F23A, 0x1F23C,
        0x1F23F, 0x1F249, 0x1F3FA, 0x1F400, 0x1F53D, 0x1F546, 0x1F64F, 0x1F680, 0x1F6FF, 0x1F774, 0x1F77F, 0x1F7D5,
        0x1F7FF, 0x1F80C, 0x1F80F, 0x1F848, 0x1F84F, 0x1F85A, 0x1F85F, 0x1F888, 0x1F88F, 0x1F8AE, 0x1F8FF, 0x1F90C,
        0x1F93A, 0x1F93C, 0x1F945, 0x1F947, 0x1FAFF, 0x1FC00, 0x1FFFD
    };

    /** Consonants of the scripts whose virama joins two of them (Indic_Conjunct_Break). */
    private static final int[] CONSONANTS = {
        0x915, 0x939, 0x958, 0x95F, 0x978, 0x97F, 0x995, 0x9A8, 0x9AA, 0x9B0, 0x9B2, 0x9B2, 0x9B6, 0x9B9, 0x9DC, 0x9DD,
                0x9DF,
        0x9DF, 0x9F0, 0x9F1, 0xA95, 0xAA8, 0xAAA, 0xAB0, 0xAB2, 0xAB3, 0xAB5, 0xAB9, 0xAF9, 0xAF9, 0xB15, 0xB28, 0xB2A,
                0xB30,
        0xB32, 0xB33, 0xB35, 0xB39, 0xB5C, 0xB5D, 0xB5F, 0xB5F, 0xB71, 0xB71, 0xC15, 0xC28, 0xC2A, 0xC39, 0xC58, 0xC5A,
                0xD15,
        0xD3A
    };

    private int previous = CONTROL;
    private boolean oddRegional;
    private boolean picture;
    private boolean consonant;
    private boolean linked;

    /** Whether a cluster begins with this code point, the next of the text. */
    boolean begins(int codePoint) {
        int category = category(codePoint);
        boolean begins = !joins(category);
        remember(category);
        return begins;
    }

    /** The rules GB3 to GB999. */
    private boolean joins(int category) {
        if (previous == CR && category == LF) {
            return true;
        }
        if (isControl(previous) || isControl(category)) {
            return false;
        }
        if (previous == PREPEND || isAttached(category)) {
            return true;
        }
        return switch (category) {
            case REGIONAL -> previous == REGIONAL && oddRegional;
            case PICTURE -> previous == JOINER && picture;
            case CONSONANT -> linked;
            default -> category >= L && category <= LVT && joinsHangul(category);
        };
    }

    private boolean joinsHangul(int category) {
        return switch (previous) {
            case L -> category != T;
            case LV, V -> category == V || category == T;
            case LVT, T -> category == T;
            default -> false;
        };
    }

    private void remember(int category) {
        oddRegional = category == REGIONAL && !(previous == REGIONAL && oddRegional);
        picture = category == PICTURE || (picture && isAttached(category));
        boolean conjunct = consonant && isAttached(category);
        linked = conjunct && (linked || category == LINKER);
        consonant = conjunct || category == CONSONANT;
        previous = category;
    }

    private static boolean isControl(int category) {
        return category >= CR && category <= CONTROL;
    }

    private static boolean isAttached(int category) {
        return category == EXTEND || category == LINKER || category == JOINER || category == SPACING;
    }

    /** Whether the character belongs to the cluster of the one before. */
    static boolean extendsCluster(int codePoint) {
        return isAttached(category(codePoint));
    }

    /** Whether the character is of a script written without spaces between words, or an emoji. */
    static boolean isUnspaced(int codePoint) {
        if (codePoint < 0xE00) {
            return false;
        }
        if (codePoint <= 0x17FF) {
            return codePoint <= 0xFFF || (codePoint >= 0x1000 && codePoint <= 0x109F) || codePoint >= 0x1780;
        }
        if (codePoint < 0x3000) {
            return isIn(PICTURES, codePoint);
        }
        return codePoint <= 0x30FF
                || Character.isIdeographic(codePoint)
                || (codePoint >= 0xFF01 && codePoint <= 0xFF9F)
                || isRegional(codePoint)
                || isIn(PICTURES, codePoint);
    }

    private static boolean isRegional(int codePoint) {
        return codePoint >= 0x1F1E6 && codePoint <= 0x1F1FF;
    }

    private static int category(int codePoint) {
        if (codePoint < 0x300) {
            return latin(codePoint);
        }
        if (codePoint >= 0x3400 && codePoint <= 0x9FFF) {
            return OTHER;
        }
        if (codePoint >= 0xAC00 && codePoint <= 0xD7A3) {
            return (codePoint - 0xAC00) % 28 == 0 ? LV : LVT;
        }
        if (isIn(PREPENDED, codePoint)) {
            return PREPEND;
        }
        return switch (Character.getType(codePoint)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK -> isLinker(codePoint) ? LINKER : EXTEND;
            case Character.COMBINING_SPACING_MARK -> isIn(SEPARATE_MARKS, codePoint) ? OTHER : SPACING;
            case Character.FORMAT -> format(codePoint);
            case Character.CONTROL, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                CONTROL;
            case Character.UNASSIGNED -> unassigned(codePoint);
            case Character.OTHER_LETTER, Character.MODIFIER_LETTER -> letter(codePoint);
            default -> symbol(codePoint);
        };
    }

    private static int latin(int codePoint) {
        if (codePoint < 0x20) {
            return codePoint == '\r' ? CR : codePoint == '\n' ? LF : CONTROL;
        }
        if (codePoint < 0x7F) {
            return OTHER;
        }
        if (codePoint < 0xA0 || codePoint == 0xAD) {
            return CONTROL;
        }
        return codePoint == 0xA9 || codePoint == 0xAE ? PICTURE : OTHER;
    }

    private static boolean isLinker(int codePoint) {
        return switch (codePoint) {
            case 0x94D, 0x9CD, 0xACD, 0xB4D, 0xC4D, 0xD4D -> true;
            default -> false;
        };
    }

    private static int format(int codePoint) {
        if (codePoint == 0x200D) {
            return JOINER;
        }
        return codePoint == 0x200C || (codePoint >= 0xE0020 && codePoint <= 0xE007F) ? EXTEND : CONTROL;
    }

    /** Unassigned code points that are ignored when shown count as controls. */
    private static int unassigned(int codePoint) {
        boolean ignorable = codePoint == 0x2065
                || (codePoint >= 0xFFF0 && codePoint <= 0xFFF8)
                || (codePoint >= 0xE0000 && codePoint <= 0xE0FFF);
        return ignorable ? CONTROL : symbol(codePoint);
    }

    private static int letter(int codePoint) {
        if (codePoint < 0x1100) {
            return codePoint == 0xE33 || codePoint == 0xEB3 ? SPACING : isIn(CONSONANTS, codePoint) ? CONSONANT : OTHER;
        }
        if (codePoint <= 0x11FF) {
            return codePoint <= 0x115F ? L : codePoint <= 0x11A7 ? V : T;
        }
        if (codePoint >= 0xA960 && codePoint <= 0xA97C) {
            return L;
        }
        if (codePoint >= 0xD7B0 && codePoint <= 0xD7FB) {
            return codePoint <= 0xD7C6 ? V : T;
        }
        return codePoint == 0xFF9E || codePoint == 0xFF9F ? EXTEND : symbol(codePoint);
    }

    private static int symbol(int codePoint) {
        if (isRegional(codePoint)) {
            return REGIONAL;
        }
        if (codePoint >= 0x1F3FB && codePoint <= 0x1F3FF) {
            return EXTEND;
        }
        if (codePoint == 0x16D63 || (codePoint >= 0x16D67 && codePoint <= 0x16D6A)) {
            return V;
        }
        return isIn(PICTURES, codePoint) ? PICTURE : OTHER;
    }

    /** The ranges are pairs of first and last, ascending. */
    private static boolean isIn(int[] ranges, int codePoint) {
        int low = 0;
        int high = ranges.length / 2 - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (codePoint < ranges[2 * middle]) {
                high = middle - 1;
            } else if (codePoint > ranges[2 * middle + 1]) {
                low = middle + 1;
            } else {
                return true;
            }
        }
        return false;
    }
}
