package dev.ragkit.pgvector;

import dev.ragkit.StoreChecks;
import java.util.Objects;

/**
 * The tenant as it stands in the keys: its name, or, for a name of more than {@value #MAX_BYTES} bytes, a digest of it. An entry of an
 * index takes 2,700 bytes, and a document id up to 1,536 of them.
 */
final class TenantKey {
    private static final int MAX_BYTES = 1_000;

    /** A name that begins so is digested too, so no name can pass for the digest of another. */
    private static final String DIGEST = "\u0001sha-256:";

    private TenantKey() {}

    /**
     * The key of a tenant.
     *
     * @throws NullPointerException if there is no name
     * @throws IllegalArgumentException if the name is blank, too long, or not text that PostgreSQL can keep
     */
    static String of(String tenant) {
        StoreChecks.tenant(Objects.requireNonNull(tenant, "tenant"));
        byte[] name = Utf8.bytes(tenant);
        return name.length > MAX_BYTES || tenant.startsWith(DIGEST) ? DIGEST + Sha256.of(name) : tenant;
    }
}
