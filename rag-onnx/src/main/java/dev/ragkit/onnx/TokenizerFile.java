package dev.ragkit.onnx;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.ragkit.onnx.CharacterFolding.Letters;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a {@code tokenizer.json} says about a WordPiece tokenizer. Its truncation and padding are not read: a file that
 * was saved with a limit of 128 tokens would silently drop the rest of each text. Anything but BERT's tokenizer is refused.
 */
final class TokenizerFile {
    private final Map<String, Integer> vocabulary = new HashMap<>(1 << 16);
    private String modelType = "WordPiece";
    private String unknown = "[UNK]";
    private String continuation = "##";
    private int maxWordLength = 100;
    private String normalizerType = "none";
    private boolean lower = true;
    private @Nullable Boolean strip;
    private String splitterType = "none";

    private TokenizerFile() {}

    /**
     * Reads the file.
     *
     * @throws IOException if it is not JSON, or describes another kind of tokenizer
     */
    static TokenizerFile read(InputStream in) throws IOException {
        TokenizerFile file = new TokenizerFile();
        try (JsonParser json = new JsonFactory().createParser(in)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("a tokenizer file must hold a JSON object");
            }
            file.readRoot(json);
        }
        file.check();
        return file;
    }

    WordPiece tokenizer() throws IOException {
        PieceTrie trie = new PieceTrie();
        vocabulary.forEach((piece, id) -> {
            if (piece.startsWith(continuation) && piece.length() > continuation.length()) {
                trie.addContinuation(piece.substring(continuation.length()), id);
            } else {
                trie.addStart(piece, id);
            }
        });
        boolean stripped = strip == null ? lower : strip;
        return new WordPiece(trie, new CharacterFolding(Letters.of(lower, stripped)), id(unknown), maxWordLength);
    }

    /** Returns the id of a token that must be there, such as {@code [CLS]}. */
    int id(String token) throws IOException {
        Integer id = vocabulary.get(token);
        if (id == null) {
            throw new IOException("the vocabulary must hold " + token + " and does not");
        }
        return id;
    }

    private void readRoot(JsonParser json) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            boolean object = json.nextToken() == JsonToken.START_OBJECT;
            if (object && field.equals("model")) {
                readModel(json);
            } else if (object && field.equals("normalizer")) {
                readNormalizer(json);
            } else if (object && field.equals("pre_tokenizer")) {
                readSplitter(json);
            } else {
                json.skipChildren();
            }
        }
    }

    private void readModel(JsonParser json) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            JsonToken value = json.nextToken();
            switch (field) {
                case "type" -> modelType = json.getText();
                case "unk_token" -> unknown = json.getText();
                case "continuing_subword_prefix" -> continuation = json.getText();
                case "max_input_chars_per_word" -> maxWordLength = json.getIntValue();
                case "vocab" -> readVocabulary(json, value);
                default -> json.skipChildren();
            }
        }
    }

    private void readVocabulary(JsonParser json, JsonToken value) throws IOException {
        if (value != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String piece = json.currentName();
            json.nextToken();
            vocabulary.put(piece, json.getIntValue());
        }
    }

    private void readNormalizer(JsonParser json) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            JsonToken value = json.nextToken();
            switch (field) {
                case "type" -> normalizerType = json.getText();
                case "lowercase" -> lower = json.getBooleanValue();
                case "strip_accents" -> strip = value == JsonToken.VALUE_NULL ? null : json.getBooleanValue();
                default -> json.skipChildren();
            }
        }
    }

    private void readSplitter(JsonParser json) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            boolean type = json.currentName().equals("type");
            json.nextToken();
            if (type) {
                splitterType = json.getText();
            } else {
                json.skipChildren();
            }
        }
    }

    private void check() throws IOException {
        require("model.type", "WordPiece", modelType);
        require("normalizer.type", "BertNormalizer", normalizerType);
        require("pre_tokenizer.type", "BertPreTokenizer", splitterType);
        if (vocabulary.isEmpty()) {
            throw new IOException("a tokenizer file must hold its vocabulary as an object at model.vocab");
        }
        if (maxWordLength < 1 || maxWordLength > 10_000) {
            throw new IOException("max_input_chars_per_word must be between 1 and 10000, was " + maxWordLength);
        }
    }

    private static void require(String field, String wanted, String was) throws IOException {
        if (!was.equals(wanted)) {
            throw new IOException(
                    field + " must be " + wanted + ", was " + was + "; only the tokenizer of BERT models is supported");
        }
    }
}
