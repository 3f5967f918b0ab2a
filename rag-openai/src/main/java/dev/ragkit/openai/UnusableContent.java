package dev.ragkit.openai;

import java.io.IOException;

/**
 * What is in a reply cannot be used, or what is in a request cannot be sent; trying again would give the same. The message holds nothing
 * of either.
 */
final class UnusableContent extends IOException {
    private static final long serialVersionUID = 1L;

    UnusableContent(String message) {
        super(message);
    }
}
