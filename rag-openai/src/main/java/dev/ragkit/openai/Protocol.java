package dev.ragkit.openai;

import dev.ragkit.Prompt;
import java.io.IOException;

/** How a server is asked to write, and how its replies read. Implementations hold no state. */
interface Protocol {
    /** Whether the text is wanted as it is written. */
    enum Delivery {
        WHOLE,
        STREAMED
    }

    /** The end of the path. */
    String operation();

    void write(JsonOutput json, WritingOptions options, Prompt prompt, Delivery delivery) throws IOException;

    void readWhole(JsonInput json, Draft draft) throws IOException;

    /** Reads the data of one event that is not the mark of the end. */
    void readEvent(JsonInput json, Draft draft) throws IOException;
}
