package dev.ragkit.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON text from a stream, forward only and within limits: 64 levels, names of 1,000 characters, numbers of 100, texts of
 * 4 Mi. With {@link JsonOutput} the one place that knows Jackson. For use by one thread.
 *
 * <p>What is not there, is null or is of another type reads as nothing: compatible servers differ in what they leave out.
 */
final class JsonInput {
    private static final int MAX_DEPTH = 64;
    private static final int MAX_NAME = 1_000;
    private static final int MAX_NUMBER = 100;
    private static final int MAX_TEXT = 4 << 20;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNameLength(MAX_NAME)
                    .maxNumberLength(MAX_NUMBER)
                    .maxStringLength(MAX_TEXT)
                    .build())
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            // Names come from the other side: interning them for ever would let it fill the memory.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    private final JsonParser parser;

    private JsonInput(JsonParser parser) {
        this.parser = parser;
    }

    /** Reads the value that the input stands at. */
    interface Reading {
        void read(JsonInput json) throws IOException;
    }

    /** Reads the value of a field. */
    interface Fields {
        void read(String name, JsonInput json) throws IOException;
    }

    /**
     * Reads a whole text.
     *
     * @throws UnusableContent if it is not JSON or goes beyond a limit
     * @throws EOFException if it ends inside
     */
    static void read(InputStream in, Reading reading) throws IOException {
        try (JsonParser parser = FACTORY.createParser(in)) {
            parser.disable(JsonParser.Feature.AUTO_CLOSE_SOURCE);
            if (parser.nextToken() == null) {
                throw new EOFException("the reply is empty");
            }
            reading.read(new JsonInput(parser));
        } catch (JsonEOFException e) {
            throw new EOFException("the reply ends inside its JSON");
        } catch (JsonProcessingException e) {
            // Its message may quote the reply, which does not belong into ours.
            JsonLocation at = e.getLocation();
            throw new UnusableContent(
                    "the reply is not JSON, or beyond a limit" + (at == null ? "" : ", at byte " + at.getByteOffset()));
        }
    }

    static void read(byte[] json, int length, Reading reading) throws IOException {
        read(new ByteArrayInputStream(json, 0, length), reading);
    }

    /** Refuses a text that is not one JSON object. */
    static void check(String json, String name) {
        try (JsonParser parser = FACTORY.createParser(json.getBytes(StandardCharsets.UTF_8))) {
            boolean object = parser.nextToken() == JsonToken.START_OBJECT;
            parser.skipChildren();
            if (object && parser.nextToken() == null) {
                return;
            }
        } catch (IOException e) {
            // Told below, without quoting it.
        }
        throw new IllegalArgumentException(name + " must be a JSON object");
    }

    boolean isObject() {
        return parser.hasToken(JsonToken.START_OBJECT);
    }

    boolean isText() {
        return parser.hasToken(JsonToken.VALUE_STRING);
    }

    /** Reads an object field by field; a field that is not read is passed over. Anything else is passed over. */
    void object(Fields fields) throws IOException {
        if (!isObject()) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            item(json -> fields.read(name, json));
        }
    }

    /** Reads an array item by item. Anything else is passed over. */
    void array(Reading items) throws IOException {
        if (!parser.hasToken(JsonToken.START_ARRAY)) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            item(items);
        }
    }

    private void item(Reading reading) throws IOException {
        JsonToken first = parser.currentToken();
        boolean nested = first == JsonToken.START_OBJECT || first == JsonToken.START_ARRAY;
        int depth = parser.getParsingContext().getNestingDepth();
        reading.read(this);
        if (nested && parser.getParsingContext().getNestingDepth() == depth) {
            parser.skipChildren();
        }
    }

    /** The text, or null where there is none. */
    @Nullable
    String text() throws IOException {
        if (isText()) {
            return parser.getText();
        }
        parser.skipChildren();
        return null;
    }

    /** The text, or a number in words: some servers give codes as numbers. */
    @Nullable
    String word() throws IOException {
        return parser.currentToken() != null && parser.currentToken().isNumeric() ? parser.getText() : text();
    }

    /** The whole number, or -1 where there is none of 0 or more. */
    long count() throws IOException {
        if (parser.hasToken(JsonToken.VALUE_NUMBER_INT)) {
            return Math.max(-1, parser.getLongValue());
        }
        parser.skipChildren();
        return -1;
    }

    /** The number, or NaN where there is none. */
    double number() throws IOException {
        if (parser.currentToken() != null && parser.currentToken().isNumeric()) {
            return parser.getDoubleValue();
        }
        parser.skipChildren();
        return Double.NaN;
    }

    /** Decodes a text in Base64 into a stream, without holding it. */
    void base64(OutputStream out) throws IOException {
        parser.readBinaryValue(out);
    }
}
