package dev.ragkit;

/**
 * What every {@link VectorStore} refuses, in the same words, before it does any work; for those who write one.
 *
 * <p>Safe for use by several threads.
 */
public final class StoreChecks {
    /** The longest name of a tenant and the longest document id, in characters: {@value}. */
    public static final int MAX_ID_LENGTH = Require.MAX_ID_LENGTH;

    /** The longest page of document ids: {@value}. */
    public static final int MAX_PAGE = 10_000;

    private StoreChecks() {}

    /**
     * Checks the name of a tenant.
     *
     * @param name what {@link VectorStore#tenant} was given
     * @return the name
     * @throws IllegalArgumentException if it is blank, has more than {@value #MAX_ID_LENGTH} characters, or is not storable
     */
    public static String tenant(String name) {
        return Require.identifier(name, "tenant");
    }

    /**
     * Checks the size of a page.
     *
     * @param limit what {@link VectorStore#documentIds} was given
     * @return the limit
     * @throws IllegalArgumentException if it is not between 1 and {@value #MAX_PAGE}
     */
    public static int page(int limit) {
        return Require.between(limit, 1, MAX_PAGE, "limit");
    }

    /**
     * Looks for what no store can keep as it is, because UTF-8 in a database has no place for it: NUL, and surrogates without
     * their other half.
     *
     * @param text any text
     * @return the index of the first such character, or -1 if there is none
     */
    public static int unstorableAt(CharSequence text) {
        return Require.unstorableAt(text);
    }
}
