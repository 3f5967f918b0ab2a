package dev.ragkit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A SHA-256 over everything that a document's chunks and their embeddings depend on. Each part goes in with its length, so that
 * moving a character from one part to the next changes the result.
 */
final class Fingerprint {
    /** Goes up when the parts or their order change, so that older fingerprints never match by accident. */
    private static final String VERSION = "1";

    private final MessageDigest digest;

    private Fingerprint() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static String of(Document document, Chunker chunker, EmbeddingSpace space) {
        Fingerprint fingerprint = new Fingerprint();
        fingerprint.add(VERSION);
        fingerprint.add(chunker.id());
        fingerprint.add(space.toString());
        fingerprint.add(document.text());
        fingerprint.add(document.source());
        document.metadata().asMap().forEach(fingerprint::add);
        return HexFormat.of().formatHex(fingerprint.digest.digest());
    }

    private void add(String key, Object value) {
        add(key);
        add(value.getClass().getSimpleName());
        if (value instanceof List<?> list) {
            add(Integer.toString(list.size()));
            list.forEach(element -> add((String) element));
        } else {
            add(value.toString());
        }
    }

    private void add(String part) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        digest.update(bytes);
    }
}
