package dev.ragkit;

import java.util.Locale;
import java.util.Set;

/** Decides whether a full stop only ends an abbreviation, an initial or the number of an item. */
final class Abbreviations {
    /** Always followed by more of the sentence. */
    private static final Set<String> OPEN = words("""
            mr mrs ms dr prof st gen gov sen rep hon rev fr sgt capt lt col maj cmdr adm pres mme mlle messrs e.g i.e eg ie cf
            vs viz approx ca resp esp incl z.b d.h u.a s.o vgl bzw p.ex sr.a nr
            """);

    /** Followed by more of the sentence if that is a number. */
    private static final Set<String> BEFORE_NUMBER = words("""
            no nos fig figs eq eqs sec secs sect ch chap vol vols p pp para art ref refs tab tbl ex ver v pt pl app abs par
            jan feb mar apr jun jul aug sep sept oct nov dec ann col ln
            """);

    /** May end a sentence: they do where a word follows that often begins one. */
    private static final Set<String> EITHER = words("""
            etc al inc ltd co corp plc llc jr sr bros dept univ assn est ed eds ave blvd rd mt ft u.s u.k ph.d a.m p.m usw
            min max avg temp jan feb mar apr jun jul aug sep sept oct nov dec
            """);

    private static final Set<String> STARTERS = words("""
            the a an in on at it this that these those he she we they i you but and however there here when while for if as
            to by from with after before our their its his her my no not so then thus moreover furthermore although because
            since what who how why where one both each all most many some such or nor yet let
            der die das ein eine er sie es wir im le la les un une il elle nous el los las
            """);

    private static final int LONGEST = 12;
    private static final int MOST_ITEM_DIGITS = 3;

    private Abbreviations() {}

    private static Set<String> words(String list) {
        return Set.of(list.strip().split("\\s+"));
    }

    /**
     * Whether the sentence goes on after a full stop.
     *
     * @param start where the sentence begins
     * @param stop the index of the full stop
     * @param next the index of the first letter or digit that follows
     */
    static boolean goesOn(String text, int start, int stop, int next) {
        int from = wordStart(text, start, stop);
        if (from == stop) {
            return isItemNumber(text, start, stop);
        }
        String word = text.substring(from, stop).toLowerCase(Locale.ROOT);
        if (OPEN.contains(word)) {
            return true;
        }
        if (BEFORE_NUMBER.contains(word) && Character.isDigit(text.charAt(next))) {
            return true;
        }
        boolean initial = word.length() == 1;
        if (initial && from == start) {
            return true;
        }
        return (initial || isAcronym(word) || EITHER.contains(word)) && !beginsWithStarter(text, next);
    }

    /** Only as far back as an abbreviation can be long. */
    private static int wordStart(String text, int start, int stop) {
        int at = stop;
        while (at > start && stop - at <= LONGEST && isWordPart(text.charAt(at - 1))) {
            at--;
        }
        return at;
    }

    private static boolean isWordPart(char c) {
        return c == '.' || Character.isLetter(c);
    }

    /** Letters with full stops between them, one or two each: {@code u.s}, {@code ph.d}. */
    private static boolean isAcronym(String word) {
        int letters = 0;
        for (int at = 0; at < word.length() && letters <= 2; at++) {
            letters = word.charAt(at) == '.' ? 0 : letters + 1;
        }
        return letters <= 2 && word.indexOf('.') > 0;
    }

    private static boolean isItemNumber(String text, int start, int stop) {
        for (int at = start; at < stop; at++) {
            if (!Character.isDigit(text.charAt(at))) {
                return false;
            }
        }
        return stop - start <= MOST_ITEM_DIGITS;
    }

    private static boolean beginsWithStarter(String text, int next) {
        int after = next;
        while (after < text.length() && after - next <= LONGEST && Character.isLetter(text.charAt(after))) {
            after++;
        }
        return STARTERS.contains(text.substring(next, after).toLowerCase(Locale.ROOT));
    }
}
