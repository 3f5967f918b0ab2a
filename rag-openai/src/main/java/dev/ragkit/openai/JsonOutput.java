package dev.ragkit.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;

/** Writes one JSON text, straight into a stream. With {@link JsonInput} the one place that knows Jackson. For use by one thread. */
final class JsonOutput implements AutoCloseable {
    private static final JsonFactory FACTORY = JsonFactory.builder().build();

    private final JsonGenerator generator;

    private JsonOutput(JsonGenerator generator) {
        this.generator = generator;
    }

    /** Writes a part of the text. */
    interface Part {
        void write(JsonOutput json) throws IOException;
    }

    /**
     * Writes one object; the stream is left open.
     *
     * @throws UnusableContent if a text cannot be written
     */
    static void write(OutputStream out, Part fields) throws IOException {
        JsonGenerator generator = FACTORY.createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        try (JsonOutput json = new JsonOutput(generator)) {
            generator.writeStartObject();
            fields.write(json);
            generator.writeEndObject();
        }
    }

    /** Half of a surrogate pair cannot be written in UTF-8, and must not become another character unseen. */
    private static String whole(String text) throws UnusableContent {
        if (!Utf16.isWhole(text)) {
            throw new UnusableContent("the request has a text with an unpaired surrogate; remove or replace it");
        }
        return text;
    }

    JsonOutput field(String name, String value) throws IOException {
        generator.writeStringField(name, whole(value));
        return this;
    }

    JsonOutput field(String name, long value) throws IOException {
        generator.writeNumberField(name, value);
        return this;
    }

    JsonOutput field(String name, double value) throws IOException {
        generator.writeNumberField(name, value);
        return this;
    }

    JsonOutput yes(String name) throws IOException {
        generator.writeBooleanField(name, true);
        return this;
    }

    JsonOutput no(String name) throws IOException {
        generator.writeBooleanField(name, false);
        return this;
    }

    /** A field whose value is JSON already, checked by {@link JsonInput#check}. */
    JsonOutput raw(String name, String json) throws IOException {
        generator.writeFieldName(name);
        generator.writeRawValue(json);
        return this;
    }

    JsonOutput object(String name, Part fields) throws IOException {
        generator.writeObjectFieldStart(name);
        fields.write(this);
        generator.writeEndObject();
        return this;
    }

    JsonOutput array(String name, Part items) throws IOException {
        generator.writeArrayFieldStart(name);
        items.write(this);
        generator.writeEndArray();
        return this;
    }

    JsonOutput item(String value) throws IOException {
        generator.writeString(whole(value));
        return this;
    }

    JsonOutput item(Part fields) throws IOException {
        generator.writeStartObject();
        fields.write(this);
        generator.writeEndObject();
        return this;
    }

    @Override
    public void close() throws IOException {
        generator.close();
    }
}
