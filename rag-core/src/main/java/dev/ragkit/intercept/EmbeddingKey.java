package dev.ragkit.intercept;

import dev.ragkit.EmbeddingSpace;
import dev.ragkit.StoreChecks;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * What an embedding is kept under: for whom, and a digest of all that decides it. The text cannot be read from it.
 *
 * @param tenant whose embedding it is; not blank
 * @param digest a SHA-256 in 64 hexadecimal digits, lower case
 */
public record EmbeddingKey(String tenant, String digest) {
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

    /** Goes up when what goes into the digest changes, so that older keys never match by accident. */
    private static final String VERSION = "1";

    /** What a text is, which decides the prefix that a model sees before it. */
    public enum Input {
        /** The text of a document. */
        DOCUMENT,
        /** The text of a query. */
        QUERY
    }

    /**
     * Checks the parts.
     *
     * @param tenant whose embedding it is
     * @param digest a SHA-256
     * @throws IllegalArgumentException if the tenant is not one that a store takes, or the digest is none
     */
    public EmbeddingKey {
        StoreChecks.tenant(tenant);
        if (!SHA_256.matcher(digest).matches()) {
            throw new IllegalArgumentException(
                    "digest must be 64 hexadecimal digits in lower case, had " + digest.length() + " characters");
        }
    }

    /**
     * The key of a text.
     *
     * @param tenant whose text it is
     * @param space the space that it is embedded in; every property of it counts
     * @param input whether it is a document's or a query's
     * @param text the text
     * @return the key
     * @throws IllegalArgumentException if the tenant is not one that a store takes
     */
    public static EmbeddingKey of(String tenant, EmbeddingSpace space, Input input, String text) {
        MessageDigest digest = sha256();
        add(digest, VERSION);
        add(digest, space.provider());
        add(digest, space.model());
        add(digest, space.revision());
        add(digest, Integer.toString(space.dimensions()));
        add(digest, Boolean.toString(space.isNormalized()));
        add(digest, space.documentPrefix());
        add(digest, space.queryPrefix());
        add(digest, input.name());
        add(digest, text);
        return new EmbeddingKey(tenant, HexFormat.of().formatHex(digest.digest()));
    }

    /**
     * With its length, so that moving a character from one part to the next changes the result; char by char, as UTF-8 has one byte
     * for all unpaired surrogates.
     */
    private static void add(MessageDigest digest, String part) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES + Character.BYTES * part.length());
        bytes.putInt(part.length()).asCharBuffer().put(part);
        digest.update(bytes.array());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Shows the digest, not the tenant, whose name may be personal. */
    @Override
    public String toString() {
        return "EmbeddingKey[" + digest + "]";
    }
}
