package dev.ragkit;

import java.util.Map;
import java.util.Set;

/**
 * The stem of an English word, by the algorithm that its author calls Porter2 and Snowball calls English (Martin Porter, The
 * English (Porter2) stemming algorithm, revision of Snowball 3.1). Step 0, which removes apostrophes, is left out: {@link Words}
 * gives none.
 */
final class Porter2 {
    private static final Map<String, String> SPECIAL = Map.ofEntries(
            Map.entry("skies", "sky"),
            Map.entry("idly", "idl"),
            Map.entry("gently", "gentl"),
            Map.entry("ugly", "ugli"),
            Map.entry("early", "earli"),
            Map.entry("only", "onli"),
            Map.entry("singly", "singl"),
            Map.entry("sky", "sky"),
            Map.entry("news", "news"),
            Map.entry("howe", "howe"),
            Map.entry("atlas", "atlas"),
            Map.entry("cosmos", "cosmos"),
            Map.entry("bias", "bias"),
            Map.entry("andes", "andes"));

    /** A word that begins so has its first region right behind. */
    private static final String[] REGION_PREFIXES = {
        "gener", "commun", "arsen", "past", "univers", "later", "emerg", "organ", "inter"
    };

    private static final Set<String> BEFORE_KEPT_EED = Set.of("proc", "exc", "succ");
    private static final Set<String> KEEP_ING = Set.of("inning", "outing", "canning", "herring", "earring", "evening");
    private static final Set<String> DOUBLES = Set.of("bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt");

    /** Suffix and replacement, longest first; {@code ogi} and {@code li} have a condition of their own. */
    private static final String[][] STEP_2 = {
        {"ational", "ate"},
        {"fulness", "ful"},
        {"iveness", "ive"},
        {"ization", "ize"},
        {"ousness", "ous"},
        {"biliti", "ble"},
        {"lessli", "less"},
        {"tional", "tion"},
        {"alism", "al"},
        {"aliti", "al"},
        {"ation", "ate"},
        {"entli", "ent"},
        {"fulli", "ful"},
        {"iviti", "ive"},
        {"ogist", "og"},
        {"ousli", "ous"},
        {"abli", "able"},
        {"alli", "al"},
        {"anci", "ance"},
        {"ator", "ate"},
        {"enci", "ence"},
        {"izer", "ize"},
        {"bli", "ble"},
        {"ogi", "og"},
        {"li", ""},
    };

    /** Suffix and replacement, longest first; {@code ative} has a condition of its own. */
    private static final String[][] STEP_3 = {
        {"ational", "ate"},
        {"tional", "tion"},
        {"alize", "al"},
        {"ative", ""},
        {"icate", "ic"},
        {"iciti", "ic"},
        {"ical", "ic"},
        {"ness", ""},
        {"ful", ""},
    };

    /** Suffixes to delete, longest first; {@code ion} has a condition of its own. */
    private static final String[][] STEP_4 = {
        {"ement", ""},
        {"able", ""},
        {"ance", ""},
        {"ence", ""},
        {"ible", ""},
        {"ment", ""},
        {"ant", ""},
        {"ate", ""},
        {"ent", ""},
        {"ion", ""},
        {"ism", ""},
        {"iti", ""},
        {"ive", ""},
        {"ize", ""},
        {"ous", ""},
        {"al", ""},
        {"er", ""},
        {"ic", ""},
    };

    private final StringBuilder word;
    private final int r1;
    private final int r2;

    private Porter2(String text) {
        word = new StringBuilder(text);
        markConsonantY();
        r1 = firstRegion(text);
        r2 = regionAfter(r1);
    }

    /**
     * Stems a word.
     *
     * @param word of the letters a to z, in lower case
     * @return the stem; the word itself if it has two letters or fewer
     */
    static String stem(String word) {
        if (word.length() <= 2) {
            return word;
        }
        String special = SPECIAL.get(word);
        return special != null ? special : new Porter2(word).steps();
    }

    private String steps() {
        step1a();
        step1b();
        step1c();
        replaceLongest(STEP_2, r1);
        replaceLongest(STEP_3, r1);
        replaceLongest(STEP_4, r2);
        step5();
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) == 'Y') {
                word.setCharAt(i, 'y');
            }
        }
        return word.toString();
    }

    /** Writes a y that is a consonant, at the beginning or after a vowel, as Y. */
    private void markConsonantY() {
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) == 'y' && (i == 0 || isVowel(i - 1))) {
                word.setCharAt(i, 'Y');
            }
        }
    }

    private int firstRegion(String text) {
        for (String prefix : REGION_PREFIXES) {
            if (text.startsWith(prefix)) {
                return prefix.length();
            }
        }
        return regionAfter(0);
    }

    /** Returns where the region after the first non-vowel that follows a vowel begins. */
    private int regionAfter(int from) {
        for (int i = from + 1; i < word.length(); i++) {
            if (!isVowel(i) && isVowel(i - 1)) {
                return i + 1;
            }
        }
        return word.length();
    }

    private void step1a() {
        if (endsWith("sses")) {
            cut(2);
        } else if (endsWith("ied") || endsWith("ies")) {
            cut(word.length() > 4 ? 2 : 1);
        } else if (endsWith("s") && !endsWith("us") && !endsWith("ss") && hasVowelBefore(word.length() - 2)) {
            cut(1);
        }
    }

    private void step1b() {
        if (endsWith("eed") || endsWith("eedly")) {
            int start = word.length() - (endsWith("eed") ? 3 : 5);
            if (start >= r1 && !BEFORE_KEPT_EED.contains(word.substring(0, start))) {
                word.setLength(start + 2);
            }
            return;
        }
        for (String suffix : new String[] {"ingly", "edly", "ing", "ed"}) {
            if (endsWith(suffix)) {
                removeVerbEnding(suffix);
                return;
            }
        }
    }

    private void removeVerbEnding(String suffix) {
        int stem = word.length() - suffix.length();
        if (suffix.equals("ing")) {
            if (stem == 2 && word.charAt(1) == 'y' && !isVowel(0)) {
                word.replace(1, word.length(), "ie");
                return;
            }
            if (KEEP_ING.contains(word.toString())) {
                return;
            }
        }
        if (hasVowelBefore(stem)) {
            word.setLength(stem);
            mendStem();
        }
    }

    private void mendStem() {
        int length = word.length();
        if (endsWith("at") || endsWith("bl") || endsWith("iz")) {
            word.append('e');
        } else if (length >= 2 && DOUBLES.contains(word.substring(length - 2))) {
            boolean whole = length == 3 && "aeo".indexOf(word.charAt(0)) >= 0;
            cut(whole ? 0 : 1);
        } else if (r1 >= length && endsInShortSyllable(length)) {
            word.append('e');
        }
    }

    private void step1c() {
        int last = word.length() - 1;
        if (last > 1 && (word.charAt(last) == 'y' || word.charAt(last) == 'Y') && !isVowel(last - 1)) {
            word.setCharAt(last, 'i');
        }
    }

    private void replaceLongest(String[][] rules, int region) {
        for (String[] rule : rules) {
            if (endsWith(rule[0])) {
                int start = word.length() - rule[0].length();
                if (start >= region && holdsCondition(rule[0], start)) {
                    word.replace(start, word.length(), rule[1]);
                }
                return;
            }
        }
    }

    private boolean holdsCondition(String suffix, int start) {
        char before = start == 0 ? ' ' : word.charAt(start - 1);
        return switch (suffix) {
            case "ogi" -> before == 'l';
            case "li" -> "cdeghkmnrt".indexOf(before) >= 0;
            case "ative" -> start >= r2;
            case "ion" -> before == 's' || before == 't';
            default -> true;
        };
    }

    private void step5() {
        int last = word.length() - 1;
        if (endsWith("e")) {
            if (last >= r2 || (last >= r1 && !endsInShortSyllable(last))) {
                cut(1);
            }
        } else if (endsWith("ll") && last >= r2) {
            cut(1);
        }
    }

    private boolean endsInShortSyllable(int end) {
        if (end == 2) {
            return isVowel(0) && !isVowel(1);
        }
        if (end >= 4 && word.lastIndexOf("past", end - 4) == end - 4) {
            return true;
        }
        return end >= 3
                && !isVowel(end - 1)
                && "wxY".indexOf(word.charAt(end - 1)) < 0
                && isVowel(end - 2)
                && !isVowel(end - 3);
    }

    private boolean hasVowelBefore(int end) {
        for (int i = 0; i < end; i++) {
            if (isVowel(i)) {
                return true;
            }
        }
        return false;
    }

    private boolean isVowel(int index) {
        return "aeiouy".indexOf(word.charAt(index)) >= 0;
    }

    private boolean endsWith(String suffix) {
        int start = word.length() - suffix.length();
        if (start < 0) {
            return false;
        }
        for (int i = 0; i < suffix.length(); i++) {
            if (word.charAt(start + i) != suffix.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private void cut(int letters) {
        word.setLength(word.length() - letters);
    }
}
