package dev.ragkit.pgvector;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The literals of a class: what its constant pool has as strings, the patterns of concatenations included (The Java Virtual
 * Machine Specification, 4.4).
 */
final class ConstantTexts {
    private static final int UTF8 = 1;
    private static final int LONG = 5;
    private static final int DOUBLE = 6;
    private static final int STRING = 8;

    /** How many bytes follow a tag; the text of a tag 1 tells its own length. */
    private static final Map<Integer, Integer> BYTES = Map.ofEntries(
            Map.entry(3, 4),
            Map.entry(4, 4),
            Map.entry(LONG, 8),
            Map.entry(DOUBLE, 8),
            Map.entry(7, 2),
            Map.entry(STRING, 2),
            Map.entry(9, 4),
            Map.entry(10, 4),
            Map.entry(11, 4),
            Map.entry(12, 4),
            Map.entry(15, 3),
            Map.entry(16, 2),
            Map.entry(17, 4),
            Map.entry(18, 4),
            Map.entry(19, 2),
            Map.entry(20, 2));

    private ConstantTexts() {}

    static List<String> of(String className) {
        String resource = "/" + className.replace('.', '/') + ".class";
        try (InputStream file = ConstantTexts.class.getResourceAsStream(resource);
                DataInputStream in = new DataInputStream(Objects.requireNonNull(file, resource))) {
            return read(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> read(DataInputStream in) throws IOException {
        in.skipNBytes(8);
        int count = in.readUnsignedShort();
        Map<Integer, String> texts = new HashMap<>();
        List<Integer> strings = new ArrayList<>();
        for (int i = 1; i < count; i++) {
            int tag = in.readUnsignedByte();
            if (tag == UTF8) {
                texts.put(i, in.readUTF());
            } else if (tag == STRING) {
                strings.add(in.readUnsignedShort());
            } else {
                in.skipNBytes(BYTES.get(tag));
                i += tag == LONG || tag == DOUBLE ? 1 : 0;
            }
        }
        return strings.stream().map(texts::get).toList();
    }
}
