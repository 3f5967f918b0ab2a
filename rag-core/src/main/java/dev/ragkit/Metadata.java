package dev.ragkit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Named values of a document or chunk, to filter by and to show. A value is a {@link String}, a {@link Long}, a
 * {@link Double}, a {@link Boolean} or a {@link List} of strings; the narrower number types are widened on the way in.
 *
 * <p>Keys have 1 to {@value #MAX_KEY_LENGTH} characters. Doubles are finite, and {@code -0.0} is kept as {@code 0.0}. Keys and
 * strings contain neither NUL nor an unpaired surrogate, which PostgreSQL cannot store.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class Metadata {
    /** The longest key, in characters: {@value}. */
    public static final int MAX_KEY_LENGTH = 256;

    private static final Metadata EMPTY = new Metadata(new TreeMap<>(CodePointOrder.INSTANCE));

    /** Where the values are. Both kinds have final fields only, so a thread that sees one sees all of it. */
    private sealed interface Place {}

    private record Values(NavigableMap<String, Object> byKey) implements Place {}

    private record Elsewhere(Supplier<Metadata> source) implements Place {}

    /** Goes from elsewhere to values once; a thread that does not see that yet reads them again. */
    private Place place;

    private Metadata(NavigableMap<String, Object> values) {
        this.place = new Values(values);
    }

    private Metadata(Supplier<Metadata> source) {
        this.place = new Elsewhere(source);
    }

    private NavigableMap<String, Object> values() {
        Place now = place;
        if (now instanceof Elsewhere elsewhere) {
            Values read = new Values(elsewhere.source.get().values());
            place = read;
            return read.byKey;
        }
        return ((Values) now).byKey;
    }

    /**
     * No values.
     *
     * @return the empty metadata
     */
    public static Metadata empty() {
        return EMPTY;
    }

    /**
     * The entries of a map, copied.
     *
     * @param values by key: strings, numbers (integers up to long, float, double), booleans, or collections of strings
     * @return the metadata
     * @throws IllegalArgumentException if a key or a value is of a kind that metadata does not hold; the message names the
     *     key
     */
    public static Metadata of(Map<String, ?> values) {
        NavigableMap<String, Object> copy = new TreeMap<>(CodePointOrder.INSTANCE);
        values.forEach((key, value) -> copy.put(checkKey(key), normalize(key, value)));
        return copy.isEmpty() ? EMPTY : new Metadata(copy);
    }

    /**
     * Metadata that is read when it is first asked for, such as by a store that keeps it in another form and by callers that mostly
     * look at the text alone.
     *
     * @param source gives the metadata, the same each time; may be called by several threads at once. What it throws, the methods of
     *     the metadata throw
     * @return the metadata
     */
    public static Metadata lazily(Supplier<Metadata> source) {
        return new Metadata(source);
    }

    /**
     * One entry; see {@link #of(Map)} for what a value may be.
     *
     * @param key the key
     * @param value the value
     * @return the metadata
     */
    public static Metadata of(String key, Object value) {
        return EMPTY.with(key, value);
    }

    /**
     * A copy with one entry added or replaced; see {@link #of(Map)} for what a value may be.
     *
     * @param key the key
     * @param value the value
     * @return the copy
     */
    public Metadata with(String key, Object value) {
        NavigableMap<String, Object> copy = new TreeMap<>(values());
        copy.put(checkKey(key), normalize(key, value));
        return new Metadata(copy);
    }

    /**
     * A copy with the entries of another added; where both have a key, the other's value is kept.
     *
     * @param other the entries to add
     * @return the copy
     */
    public Metadata with(Metadata other) {
        if (other.values().isEmpty()) {
            return this;
        }
        NavigableMap<String, Object> copy = new TreeMap<>(values());
        copy.putAll(other.values());
        return new Metadata(copy);
    }

    /**
     * The value of a key.
     *
     * @param key the key
     * @return a String, Long, Double, Boolean or unmodifiable List of String; null where the key is absent
     */
    public @Nullable Object value(String key) {
        return values().get(key);
    }

    /**
     * The keys, ordered by code point.
     *
     * @return an unmodifiable view
     */
    public Set<String> keys() {
        return Collections.unmodifiableSet(values().keySet());
    }

    /**
     * Whether there is no entry.
     *
     * @return true if there is none
     */
    public boolean isEmpty() {
        return values().isEmpty();
    }

    /**
     * All entries, ordered by code point of the key.
     *
     * @return an unmodifiable view
     */
    public Map<String, Object> asMap() {
        return Collections.unmodifiableMap(values());
    }

    static String checkKey(String key) {
        if (key.isEmpty() || key.length() > MAX_KEY_LENGTH) {
            throw new IllegalArgumentException(
                    "metadata key must have 1 to " + MAX_KEY_LENGTH + " characters, had " + key.length());
        }
        return Require.storable(key, "metadata key");
    }

    static Object normalize(String key, Object value) {
        Objects.requireNonNull(value, () -> "metadata value of '" + key + "' must not be null; leave the key out");
        if (value instanceof String text) {
            return Require.storable(text, "metadata value of '" + key + "'");
        }
        if (value instanceof Boolean) {
            return value;
        }
        if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        if (value instanceof Double || value instanceof Float) {
            return finite(key, (Number) value);
        }
        if (value instanceof Collection<?> elements) {
            return strings(key, elements);
        }
        throw new IllegalArgumentException(
                "metadata value of '" + key + "' must be a string, number, boolean or list of strings, was "
                        + value.getClass().getName());
    }

    private static Double finite(String key, Number value) {
        // A float goes by its decimal form, so that 0.1f is 0.1 and not 0.10000000149011612.
        double number = value instanceof Float ? Double.parseDouble(value.toString()) : value.doubleValue();
        if (!Double.isFinite(number)) {
            throw new IllegalArgumentException(
                    "metadata value of '" + key + "' must be a finite number, was " + number);
        }
        return number + 0.0;
    }

    private static List<String> strings(String key, Collection<?> elements) {
        List<String> copy = new ArrayList<>(elements.size());
        for (Object element : elements) {
            if (!(element instanceof String text)) {
                throw new IllegalArgumentException("metadata list '" + key + "' must hold strings only");
            }
            copy.add(Require.storable(text, "metadata list '" + key + "'"));
        }
        return Collections.unmodifiableList(copy);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Metadata that && values().equals(that.values());
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    /** Shows the keys only: values may be personal data. */
    @Override
    public String toString() {
        return "Metadata" + values().keySet();
    }
}
