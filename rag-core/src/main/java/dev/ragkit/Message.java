package dev.ragkit;

/**
 * One message to a model.
 *
 * @param role who speaks
 * @param content what is said
 */
public record Message(Role role, String content) {
    /** Who speaks. */
    public enum Role {
        /** The application: rules that the model is to follow. Never holds retrieved text. */
        SYSTEM,
        /** The person who asks, and the retrieved text. */
        USER,
        /** The model, in an earlier turn. */
        ASSISTANT
    }

    /**
     * Rules for the model.
     *
     * @param content the rules
     * @return the message
     */
    public static Message system(String content) {
        return new Message(Role.SYSTEM, content);
    }

    /**
     * What the person says.
     *
     * @param content the words
     * @return the message
     */
    public static Message user(String content) {
        return new Message(Role.USER, content);
    }

    /**
     * What the model said.
     *
     * @param content the words
     * @return the message
     */
    public static Message assistant(String content) {
        return new Message(Role.ASSISTANT, content);
    }

    /** Shows the role and the length, not the content. */
    @Override
    public String toString() {
        return "Message[" + role + ", characters=" + content.length() + "]";
    }
}
