package dev.ragkit.pgvector;

import dev.ragkit.Metadata;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Metadata as JSON and back: a flat object of strings, numbers, booleans and lists of strings. A double always carries a
 * fraction and a long never does, which jsonb keeps; so what is read equals what was written, type included.
 */
final class MetadataJson {
    private final String json;
    private int at;

    private MetadataJson(String json) {
        this.json = json;
    }

    static String write(Metadata metadata) {
        StringBuilder out = new StringBuilder().append('{');
        metadata.asMap().forEach((key, value) -> {
            if (out.length() > 1) {
                out.append(',');
            }
            string(out, key);
            out.append(':');
            value(out, value);
        });
        return out.append('}').toString();
    }

    private static void value(StringBuilder out, Object value) {
        if (value instanceof String text) {
            string(out, text);
        } else if (value instanceof Double number) {
            out.append(decimal(number));
        } else if (value instanceof List<?> list) {
            char separator = '[';
            for (Object element : list) {
                out.append(separator);
                string(out, (String) element);
                separator = ',';
            }
            out.append(list.isEmpty() ? "[]" : "]");
        } else {
            out.append(value);
        }
    }

    /** All digits and a fraction, never an exponent: {@code 1000000000000000.0}. */
    static String decimal(double number) {
        String plain = BigDecimal.valueOf(number).toPlainString();
        return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }

    private static void string(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(escaped(c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    /** A character as JSON and jsonpath both write it: backslash, u, four hexadecimal digits. */
    static String escaped(char c) {
        String hex = Integer.toHexString(c);
        return "\\u" + "0".repeat(4 - hex.length()) + hex;
    }

    /**
     * Reads what {@link #write} wrote and PostgreSQL stored.
     *
     * @throws IllegalArgumentException if it is not a flat object of what metadata holds; somebody else wrote it
     */
    static Metadata read(String json) {
        return json.equals("{}") ? Metadata.empty() : new MetadataJson(json).object();
    }

    private Metadata object() {
        Map<String, Object> values = new LinkedHashMap<>();
        expect('{');
        if (!accept('}')) {
            do {
                String key = string();
                expect(':');
                values.put(key, value());
            } while (accept(','));
            expect('}');
        }
        return Metadata.of(values);
    }

    private Object value() {
        return switch (peek()) {
            case '"' -> string();
            case '[' -> list();
            case 't' -> literal("true", true);
            case 'f' -> literal("false", false);
            default -> number();
        };
    }

    private List<String> list() {
        List<String> elements = new ArrayList<>();
        expect('[');
        if (!accept(']')) {
            do {
                elements.add(string());
            } while (accept(','));
            expect(']');
        }
        return elements;
    }

    private Object number() {
        int start = at;
        while (at < json.length() && "+-.eE0123456789".indexOf(json.charAt(at)) >= 0) {
            at++;
        }
        String digits = json.substring(start, at);
        if (digits.isEmpty()) {
            throw unreadable();
        }
        boolean whole = digits.indexOf('.') < 0 && digits.indexOf('e') < 0 && digits.indexOf('E') < 0;
        if (whole && digits.length() <= 20) {
            try {
                return Long.valueOf(digits);
            } catch (NumberFormatException beyondLong) {
                return Double.valueOf(digits);
            }
        }
        return Double.valueOf(digits);
    }

    private boolean literal(String word, boolean value) {
        if (!json.startsWith(word, at)) {
            throw unreadable();
        }
        at += word.length();
        return value;
    }

    private String string() {
        expect('"');
        int start = at;
        while (at < json.length() && json.charAt(at) != '"' && json.charAt(at) != '\\') {
            at++;
        }
        StringBuilder text = new StringBuilder(json.substring(start, at));
        while (next() != '"') {
            char c = json.charAt(at - 1);
            text.append(c == '\\' ? unescaped(next()) : c);
        }
        return text.toString();
    }

    private char unescaped(char c) {
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'u' -> hexadecimal();
            default -> c;
        };
    }

    private char hexadecimal() {
        if (at + 4 > json.length()) {
            throw unreadable();
        }
        at += 4;
        return (char) Integer.parseInt(json, at - 4, at, 16);
    }

    private char next() {
        if (at == json.length()) {
            throw unreadable();
        }
        return json.charAt(at++);
    }

    /** The next character that is no white space, not consumed. */
    private char peek() {
        while (at < json.length() && json.charAt(at) <= ' ') {
            at++;
        }
        if (at == json.length()) {
            throw unreadable();
        }
        return json.charAt(at);
    }

    private boolean accept(char expected) {
        if (peek() != expected) {
            return false;
        }
        at++;
        return true;
    }

    private void expect(char expected) {
        if (!accept(expected)) {
            throw unreadable();
        }
    }

    private IllegalArgumentException unreadable() {
        return new IllegalArgumentException(
                "stored metadata is not a flat object of strings, numbers, booleans and lists of"
                        + " strings at character " + at + ": write it through the library only");
    }
}
