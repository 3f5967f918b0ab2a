package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragkit.Metadata;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataJsonTest {
    private static final long SEED = Long.getLong("seed", 815);

    @Test
    void whatIsWrittenIsReadAgain() {
        System.out.println("whatIsWrittenIsReadAgain: seed " + SEED);
        Random random = new Random(SEED);
        for (int i = 0; i < 20_000; i++) {
            Metadata metadata = metadata(random);
            assertThat(MetadataJson.read(MetadataJson.write(metadata))).isEqualTo(metadata);
        }
    }

    @Test
    void theDatabaseKeepsEveryTypeAndDigit() {
        System.out.println("theDatabaseKeepsEveryTypeAndDigit: seed " + SEED);
        Random random = new Random(SEED);
        List<Metadata> written = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            written.add(metadata(random));
        }
        assertThat(throughDatabase(written)).isEqualTo(written);
    }

    private static List<Metadata> throughDatabase(List<Metadata> written) {
        Object[] json = written.stream().map(MetadataJson::write).toArray();
        return new Session(TestPostgres.shared().dataSource(), "the test").read("casting", connection -> {
            String text = "SELECT CAST(j AS jsonb) FROM unnest(?::text[]) WITH ORDINALITY AS u(j, n) ORDER BY n";
            List<Metadata> read = new ArrayList<>();
            try (PreparedStatement statement = connection.prepareStatement(text)) {
                statement.setArray(1, connection.createArrayOf("text", json));
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        read.add(MetadataJson.read(rows.getString(1)));
                    }
                }
            }
            return read;
        });
    }

    @Test
    void doublesHaveAFractionAndNoExponent() {
        assertThat(MetadataJson.decimal(1e15)).isEqualTo("1000000000000000.0");
        assertThat(MetadataJson.decimal(0)).isEqualTo("0.0");
        assertThat(MetadataJson.decimal(1e-7)).isEqualTo("0.00000010");
        assertThat(MetadataJson.decimal(Double.MAX_VALUE)).matches("\\d{309}\\.0");
        assertThat(MetadataJson.decimal(Double.MIN_VALUE)).matches("0\\.\\d+").doesNotContain("E");
    }

    @Test
    void numbersOfOthersAreReadAsTheNearestType() {
        assertThat(MetadataJson.read(
                        "{\"a\": 12345678901234567890, \"b\": 123456789012345678901234567890, \"c\": 1.50}"))
                .isEqualTo(Metadata.of(Map.of("a", 12345678901234567890.0, "b", 1.2345678901234568e29, "c", 1.5)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "1",
                "null",
                "{\"a\": null}",
                "{\"a\": {}}",
                "{\"a\": [1]}",
                "{\"a\"}",
                "{\"a\": \"b",
                "{\"a\": tru}",
                "{\"a\": -}",
                "{\"a\": \"\\u00\"}",
                "{a: 1}",
                "{\"a\": 1,}"
            })
    void whatIsNoMetadataIsRefused(String json) {
        assertThatThrownBy(() -> MetadataJson.read(json)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Metadata metadata(Random random) {
        Map<String, Object> values = new HashMap<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            values.put(text(random, 1 + random.nextInt(5)), value(random));
        }
        return Metadata.of(values);
    }

    private static Object value(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> random.nextBoolean();
            case 1 -> random.nextLong();
            case 2 -> (long) random.nextInt(100);
            case 3 -> finite(random);
            case 4 -> random.nextInt(1_000) / 10.0;
            case 5 -> List.of(text(random, random.nextInt(4)), text(random, random.nextInt(4)));
            case 6 -> List.of();
            default -> text(random, random.nextInt(12));
        };
    }

    private static double finite(Random random) {
        double value = Double.longBitsToDouble(random.nextLong());
        return Double.isFinite(value) ? value : 0.5;
    }

    /** Of all planes, with the characters that JSON escapes among them. */
    private static String text(Random random, int length) {
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            int c = switch (random.nextInt(5)) {
                case 0 -> 1 + random.nextInt(0x1f);
                case 1 -> "\"\\/'{}[],: $".charAt(random.nextInt(12));
                case 2 -> 'a' + random.nextInt(26);
                case 3 -> 0x80 + random.nextInt(0xd800 - 0x80);
                default -> 0xe000 + random.nextInt(0x110000 - 0xe000);
            };
            text.appendCodePoint(c);
        }
        return text.toString();
    }
}
