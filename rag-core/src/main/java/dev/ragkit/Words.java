package dev.ragkit;

import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The words of a text, in the form in which two texts are compared: lower case, without accents, English words as their stem
 * and without the words that carry no meaning. Scripts written without spaces, and Korean, give each pair of neighbouring
 * characters, and each ideograph alone, so that a part of a longer word is found too. Takes time linear in the text.
 */
final class Words {
    private static final Set<String> STOP_WORDS = Set.of(
            ("a about after all also am an and any are as at be because been before being between both but by can could did do"
                            + " does doing each for from had has have having he her here hers him his how i if in into is it"
                            + " its itself just me more most my no nor not of off on once only or other our ours out over own"
                            + " same she should so some such than that the their theirs them then there these they this those"
                            + " through to too under until up very was we were what when where which while who whom whose why"
                            + " will with would you your yours")
                    .split(" "));

    /** What stands behind an apostrophe and is no word: Bell's, can't, we'd, I'm, we'll, they're, I've. */
    private static final Set<String> CONTRACTIONS = Set.of("s", "t", "d", "m", "ll", "re", "ve");

    private static final Set<UnicodeScript> WITHOUT_SPACES = EnumSet.of(
            UnicodeScript.HAN,
            UnicodeScript.HIRAGANA,
            UnicodeScript.KATAKANA,
            UnicodeScript.BOPOMOFO,
            UnicodeScript.HANGUL,
            UnicodeScript.THAI,
            UnicodeScript.LAO,
            UnicodeScript.KHMER,
            UnicodeScript.MYANMAR);

    private static final int PROLONGED_SOUND_MARK = 0x30FC;

    private final String text;
    private final List<String> found = new ArrayList<>();

    private Words(String text) {
        this.text = text;
    }

    /**
     * The words of a text.
     *
     * @param text any text
     * @return the words in their order, repeated as often as they stand there; stop words are left out
     */
    static List<String> of(String text) {
        Words words = new Words(text);
        int at = 0;
        while (at < text.length()) {
            int end = words.runEnd(at);
            at = end > at ? words.take(at, end) : at + Character.charCount(text.codePointAt(at));
        }
        return words.found;
    }

    /** Takes the run of letters and digits between two offsets, and returns where to go on. */
    private int take(int start, int end) {
        int next = contractionEnd(end);
        boolean negation = next > end && text.substring(end - 1, next).matches("(?i)n.t");
        if (!negation) {
            add(fold(text.substring(start, end)));
        }
        return next;
    }

    private int runEnd(int start) {
        int at = start;
        while (at < text.length()) {
            int point = text.codePointAt(at);
            boolean part = Character.isLetterOrDigit(point) || (at > start ? continues(point) : isIdeograph(point));
            if (!part) {
                break;
            }
            at += Character.charCount(point);
        }
        return at;
    }

    /** Accents on their own, vowel signs, soft hyphens and joiners do not end a word. */
    private static boolean continues(int point) {
        return switch (Character.getType(point)) {
            case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.FORMAT -> true;
            default -> isIdeograph(point);
        };
    }

    private static boolean isIdeograph(int point) {
        return point >= 0x3000 && Character.isIdeographic(point);
    }

    /** Returns the end of the contraction that begins with an apostrophe here, or the offset itself if there is none. */
    private int contractionEnd(int at) {
        if (at >= text.length() || (text.charAt(at) != '\'' && text.charAt(at) != '\u2019')) {
            return at;
        }
        int end = Math.min(text.length(), at + 4);
        for (int i = at + 1; i < end; i++) {
            if (!Character.isLetterOrDigit(text.codePointAt(i))) {
                end = i;
            }
        }
        boolean contraction = CONTRACTIONS.contains(text.substring(at + 1, end).toLowerCase(Locale.ROOT));
        return contraction ? end : at;
    }

    private void add(String word) {
        int start = 0;
        while (start < word.length()) {
            boolean spaced = isSpaced(word.codePointAt(start));
            int end = start;
            while (end < word.length() && isSpaced(word.codePointAt(end)) == spaced) {
                end += Character.charCount(word.codePointAt(end));
            }
            if (spaced) {
                addSpaced(word.substring(start, end));
            } else {
                addUnspaced(word.substring(start, end));
            }
            start = end;
        }
    }

    private static boolean isSpaced(int point) {
        return point < 0x0E00 || (point != PROLONGED_SOUND_MARK && !WITHOUT_SPACES.contains(UnicodeScript.of(point)));
    }

    private void addSpaced(String word) {
        if (!STOP_WORDS.contains(word)) {
            boolean english = word.chars().allMatch(c -> c >= 'a' && c <= 'z');
            found.add(english ? Porter2.stem(word) : word);
        }
    }

    private void addUnspaced(String run) {
        int at = 0;
        while (at < run.length()) {
            int next = at + Character.charCount(run.codePointAt(at));
            boolean alone = at == 0 && next == run.length();
            if (alone || Character.isIdeographic(run.codePointAt(at))) {
                found.add(run.substring(at, next));
            }
            if (next < run.length()) {
                found.add(run.substring(at, next + Character.charCount(run.codePointAt(next))));
            }
            at = next;
        }
    }

    private static String fold(String word) {
        if (word.chars().allMatch(c -> c < 0x80)) {
            return word.toLowerCase(Locale.ROOT);
        }
        String decomposed = Normalizer.normalize(word, Normalizer.Form.NFKD);
        StringBuilder bare = new StringBuilder(decomposed.length());
        decomposed
                .codePoints()
                .filter(point -> !isAccent(point) && Character.getType(point) != Character.FORMAT)
                .forEach(bare::appendCodePoint);
        StringBuilder plain = new StringBuilder(bare.length());
        bare.toString().toLowerCase(Locale.ROOT).chars().forEach(c -> plain.append(plainLetter((char) c)));
        return Normalizer.normalize(plain, Normalizer.Form.NFC);
    }

    /** Only those of the Latin, Greek and Cyrillic scripts: in others a mark is as good as a letter. */
    private static boolean isAccent(int point) {
        return point >= 0x0300 && point <= 0x036F;
    }

    /** The letters that Unicode does not take apart. */
    private static String plainLetter(char c) {
        return switch (c) {
            case 'ß' -> "ss";
            case 'æ' -> "ae";
            case 'œ' -> "oe";
            case 'ø' -> "o";
            case 'đ', 'ð' -> "d";
            case 'ł' -> "l";
            case 'þ' -> "th";
            case 'ı' -> "i";
            case 'ς' -> "σ";
            default -> String.valueOf(c);
        };
    }
}
