package dev.ragkit.pgvector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Embedding;
import java.nio.ByteBuffer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HalfFloatTest {
    private static final int INFINITY = 0x7c00;

    @Test
    void everyFiniteHalfIsKept() {
        for (int bits = 0; bits < 0x10000; bits++) {
            if ((bits & INFINITY) != INFINITY) {
                assertThat(HalfFloat.of(value(bits)) & 0xffff).isEqualTo(bits);
            }
        }
    }

    @Test
    void betweenTwoHalvesTheNearestIsTakenAndOfTwoAsNearTheEvenOne() {
        for (int bits = 0; bits < INFINITY - 1; bits++) {
            float low = value(bits);
            float high = value(bits + 1);
            float middle = (low + high) / 2;
            assertThat(HalfFloat.of(middle)).isEqualTo((short) (bits % 2 == 0 ? bits : bits + 1));
            assertThat(HalfFloat.of(Math.nextDown(middle))).isEqualTo((short) bits);
            assertThat(HalfFloat.of(Math.nextUp(middle))).isEqualTo((short) (bits + 1));
            assertThat(HalfFloat.of(-middle)).isEqualTo((short) (0x8000 | (bits % 2 == 0 ? bits : bits + 1)));
        }
    }

    @Test
    void theDatabaseRoundsTheSameWay() {
        Random random = new Random(16);
        float[] values = new float[4_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(12) - 8));
        }
        Embedding embedding = Embedding.of(values);
        ByteBuffer ours = ByteBuffer.allocate(VectorParameter.lengthInBytes(embedding, VectorType.HALFVEC));
        VectorParameter.write(ours, embedding, VectorType.HALFVEC);
        assertThat(fromDatabase(embedding)).isEqualTo(ours.array());
    }

    private static byte[] fromDatabase(Embedding embedding) {
        return new Session(TestPostgres.shared().dataSource(), "the test").read("casting", connection -> {
            String type = "\"public\".\"vector\"";
            VectorParameter.register(connection, type);
            try (PreparedStatement statement = connection.prepareStatement("SELECT halfvec_send(?::vector::halfvec)")) {
                statement.setObject(1, new VectorParameter(embedding, VectorType.VECTOR, type));
                try (ResultSet rows = statement.executeQuery()) {
                    rows.next();
                    return rows.getBytes(1);
                }
            }
        });
    }

    private static float value(int bits) {
        int exponent = (bits >> 10) & 31;
        int fraction = bits & 1023;
        float magnitude = exponent == 0 ? fraction * 0x1p-24f : (1024 + fraction) * (float) Math.pow(2, exponent - 25);
        return bits >= 0x8000 ? -magnitude : magnitude;
    }
}
