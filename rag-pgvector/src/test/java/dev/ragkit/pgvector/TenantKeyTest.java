package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TenantKeyTest {
    @Test
    void aNameIsItsOwnKey() {
        assertThat(TenantKey.of("acme")).isEqualTo("acme");
        assertThat(TenantKey.of("\u00e9".repeat(500))).isEqualTo("\u00e9".repeat(500));
    }

    @Test
    void aNameTooLongForAnIndexIsDigested() {
        String name = "\u65e5".repeat(512);
        assertThat(TenantKey.of(name)).matches("\u0001sha-256:[0-9a-f]{64}").isEqualTo(TenantKey.of(name));
        assertThat(TenantKey.of("\u65e5".repeat(511))).isNotEqualTo(TenantKey.of(name));
    }

    @Test
    void aNameThatLooksLikeADigestIsNotTakenForOne() {
        String key = TenantKey.of("\u65e5".repeat(512));
        assertThat(TenantKey.of(key)).isNotEqualTo(key);
    }

    @Test
    void whatPostgresCannotKeepIsRefused() {
        for (String name : new String[] {"a\0", "\ud800"}) {
            assertThatThrownBy(() -> TenantKey.of(name))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("tenant must not contain ");
        }
    }
}
