package dev.ragkit.openai;

import java.io.IOException;

/** A reply came, and what is in it cannot be used; asking again would give the same. The message holds nothing of the reply. */
final class UnusableReply extends IOException {
    private static final long serialVersionUID = 1L;

    UnusableReply(String message) {
        super(message);
    }
}
