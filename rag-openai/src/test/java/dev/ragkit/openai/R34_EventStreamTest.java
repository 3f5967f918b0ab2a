package dev.ragkit.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragkit.testkit.FakeReply;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class R34_EventStreamTest {
    private static final String CORPUS = ": a comment first\n\n"
            + "data: plain\n\n"
            + "data:no space\n\n"
            + "data:  two spaces\n\n"
            + "data: first\ndata: second\n: between\ndata:\ndata: fourth\n\n"
            + "data\n\n"
            + "data:\n\n"
            + "event: named\nid: 7\nretry: 10\ndata: with others\n\n"
            + "datax: not data\nunknown\nevent: without data\n\n\n\n"
            + "data: \u00e4\u00f6\u00fc \u65e5\u672c\u8a9e \ud83d\ude00 \ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67\n\n"
            + "data: {\"choices\":[{\"delta\":{\"content\":\"Stra\u00dfe: \\\"x\\\"\"}}]}\n\n"
            + ("data: " + "long ".repeat(250) + "\n\n")
            + "data: [DONE]\n\n"
            + "data: cut off";

    /** Line by line over the whole text, as the specification tells it. */
    private static List<String> reference(String stream) {
        List<String> events = new ArrayList<>();
        StringBuilder data = null;
        String text = stream.startsWith("\ufeff") ? stream.substring(1) : stream;
        String[] lines = text.split("\r\n|\r|\n", -1);
        for (int i = 0; i < lines.length - 1; i++) {
            String line = lines[i];
            if (line.isEmpty()) {
                if (data != null) {
                    events.add(data.toString());
                }
                data = null;
                continue;
            }
            int colon = line.indexOf(':');
            String name = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1);
            if (name.equals("data")) {
                String stripped = value.startsWith(" ") ? value.substring(1) : value;
                data = data == null
                        ? new StringBuilder(stripped)
                        : data.append('\n').append(stripped);
            }
        }
        return events;
    }

    /** Gives its bytes in pieces that end at the given offsets. */
    private static InputStream pieces(byte[] bytes, int... ends) {
        return new InputStream() {
            private int at;
            private int piece;

            @Override
            public int read() {
                return at == bytes.length ? -1 : bytes[at++] & 0xff;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
                while (piece < ends.length && at >= ends[piece]) {
                    piece++;
                }
                int end = piece < ends.length ? ends[piece] : bytes.length;
                int count = Math.min(length, end - at);
                if (count <= 0) {
                    return -1;
                }
                System.arraycopy(bytes, at, buffer, offset, count);
                at += count;
                return count;
            }
        };
    }

    private static List<String> events(InputStream in) throws IOException {
        EventStream stream = new EventStream(in);
        List<String> events = new ArrayList<>();
        while (stream.next()) {
            events.add(stream.data().toString());
        }
        return events;
    }

    @Test
    void everySplitPointGivesTheSameEvents() throws IOException {
        int points = 0;
        for (String newline : List.of("\n", "\r", "\r\n")) {
            for (String mark : List.of("", "\ufeff")) {
                String text = mark + CORPUS.replace("\n", newline);
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                List<String> expected = reference(text);
                assertThat(expected).hasSize(11);
                for (int split = 0; split <= bytes.length; split++, points++) {
                    assertThat(events(pieces(bytes, split)))
                            .as("split at %d", split)
                            .isEqualTo(expected);
                }
                int[] each = IntStream.rangeClosed(1, bytes.length).toArray();
                assertThat(events(pieces(bytes, each))).as("byte by byte").isEqualTo(expected);
            }
        }
        System.out.println("R-34: " + points + " of " + points + " split points give the events of the reference");
    }

    @Test
    void randomStreamsGiveTheEventsOfTheReferenceOrAreRefused() throws IOException {
        long seed = Long.getLong("seed", 34);
        Random random = new Random(seed);
        String[] parts = {
            "data", ":", " ", "\n", "\r", "\r\n", "x", "\u00e4", "\ud83d\ude00", "event: e", "\ufeff", "\n\n"
        };
        int runs = Boolean.getBoolean("rag.deep") ? 2_000_000 : 20_000;
        for (int run = 0; run < runs; run++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(40); i >= 0; i--) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            int[] cuts = random.ints(3, 0, bytes.length + 1).sorted().toArray();
            assertThat(events(pieces(bytes, cuts)))
                    .as("seed %d, run %d", seed, run)
                    .isEqualTo(reference(text.toString()));
        }
        System.out.println("R-34: seed " + seed + ", " + runs + " random streams as the reference has them");
    }

    @Test
    void anyBytesGiveEventsOrATypedErrorOnly() {
        long seed = Long.getLong("seed", 35);
        Random random = new Random(seed);
        byte[] valid =
                "{\"choices\":[{\"delta\":{\"content\":\"a\\u00e4b\"},\"finish_reason\":null}],\"usage\":{\"prompt_tokens\":1}}"
                        .getBytes(StandardCharsets.UTF_8);
        int runs = Boolean.getBoolean("rag.deep") ? 5_000_000 : 30_000;
        int refused = 0;
        for (int run = 0; run < runs; run++) {
            byte[] bytes = valid.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Draft draft = new Draft();
            try {
                JsonInput.read(bytes, bytes.length - random.nextInt(5), json -> {
                    if ((bytes[0] & 1) == 0) {
                        ResponsesProtocol.INSTANCE.readEvent(json, draft);
                    } else {
                        ChatProtocol.INSTANCE.readEvent(json, draft);
                    }
                });
            } catch (IOException typed) {
                refused++;
            }
        }
        System.out.println("R-34, F-04: seed " + seed + ", " + runs + " mutated replies, " + refused
                + " refused with a typed error, 0 other exceptions");
        assertThat(refused).isPositive();
    }

    @Test
    void linesAndEventsWithoutEndAreRefused() {
        byte[] line = new byte[(1 << 20) + 1];
        Arrays.fill(line, (byte) 'x');
        assertThatThrownBy(() -> events(new ByteArrayInputStream(line)))
                .isInstanceOf(UnusableContent.class)
                .hasMessageContaining("line of more than 1048576 bytes");
        byte[] event = ("data: " + "y".repeat(1_000_000) + "\n").repeat(5).getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> events(new ByteArrayInputStream(event)))
                .isInstanceOf(UnusableContent.class)
                .hasMessageContaining("event of more than 4194304 bytes");
    }

    @Test
    void aStreamThatDripsByteByByteIsRead() {
        try (Loopback loopback = Loopback.start()) {
            loopback.server().reply(FakeReply.text("Der Rhein \ud83d\ude00.").dripping());
            StringBuilder text = new StringBuilder();
            loopback.generator().generate(Loopback.prompt("?"), text::append);
            assertThat(text).hasToString("Der Rhein \ud83d\ude00.");
        }
    }
}
