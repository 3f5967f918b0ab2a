package dev.ragkit.openai;

import java.util.function.BooleanSupplier;

/**
 * One request.
 *
 * @param operation the end of its path
 * @param model who is asked, for the path of some servers and for messages
 * @param body the fields of its JSON; written twice, the same each time
 * @param cancelled tells at any time whether the reply is still wanted
 */
record Ask(String operation, String model, JsonOutput.Part body, BooleanSupplier cancelled) {
    /** Asked for by the calling thread, which an interrupt ends. */
    static Ask of(String operation, String model, JsonOutput.Part body) {
        Thread caller = Thread.currentThread();
        return new Ask(operation, model, body, caller::isInterrupted);
    }
}
