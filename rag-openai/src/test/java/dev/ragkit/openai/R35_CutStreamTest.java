package dev.ragkit.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.ragkit.Completion;
import dev.ragkit.ModelException;
import dev.ragkit.testkit.FakeReply;
import dev.ragkit.testkit.FakeReply.Effect;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class R35_CutStreamTest {
    private final Loopback loopback = Loopback.start();

    @AfterEach
    void close() {
        loopback.close();
    }

    private static final String STREAM = stream();

    private static String stream() {
        StringBuilder stream = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            stream.append("data: {\"choices\":[{\"delta\":{\"content\":\"word")
                    .append(i)
                    .append(" \"},\"finish_reason\":null}]}\n\n");
        }
        return stream.toString();
    }

    private static final String END = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";

    @Test
    void aStreamThatIsCutOffIsAnErrorWithThePartialTextAtEveryPosition() {
        int positions = 200;
        int detected = 0;
        for (int i = 0; i < positions; i++) {
            int cut = STREAM.length() * i / positions;
            byte[] part = STREAM.substring(0, cut).getBytes(StandardCharsets.UTF_8);
            Effect effect = Effect.values()[i % 2];
            // In good order, as a server that died behind a proxy, and broken off, in turn.
            loopback.server()
                    .reply(
                            FakeReply.streaming(out -> out.write(part)),
                            FakeReply.streaming(out -> {
                                        out.write(part);
                                        out.write(END.getBytes(StandardCharsets.UTF_8));
                                    })
                                    .cutAfter(cut, effect));
            for (int way = 0; way < 2; way++) {
                StringBuilder text = new StringBuilder();
                Throwable thrown =
                        catchThrowable(() -> loopback.generator().generate(Loopback.prompt("?"), text::append));
                assertThat(thrown).as("cut at %d", cut).isInstanceOf(ModelException.class);
                ModelException failure = (ModelException) thrown;
                assertThat(failure.isTransient())
                        .as("transient, cut at %d", cut)
                        .isTrue();
                assertThat(failure.partialText().orElse("")).isEqualTo(text.toString());
                detected++;
            }
        }
        System.out.println("R-35: " + detected + " of " + 2 * positions + " streams that were cut off detected");
        assertThat(detected).isEqualTo(2 * positions);
    }

    @Test
    void aReasonToFinishOrTheMarkOfTheEndIsEnough() {
        String text = STREAM.substring(0, STREAM.indexOf("\n\n") + 2);
        for (String end : List.of(END, "data: [DONE]\n\n", END + "data: [DO")) {
            loopback.server()
                    .reply(FakeReply.streaming(out -> out.write((text + end).getBytes(StandardCharsets.UTF_8))));
            assertThat(loopback.generator()
                            .generate(Loopback.prompt("?"), piece -> {})
                            .text())
                    .isEqualTo("word0 ");
        }
        byte[] ended = (text + END).getBytes(StandardCharsets.UTF_8);
        loopback.server()
                .reply(FakeReply.streaming(out -> {
                            out.write(ended);
                            out.write(new byte[10]);
                        })
                        .cutAfter(ended.length, Effect.RESET));
        assertThat(loopback.generator()
                        .generate(Loopback.prompt("?"), piece -> {})
                        .finish())
                .isEqualTo(Completion.Finish.STOP);
    }

    @Test
    void lenientEndTakesAnEndForWhole() {
        OpenAiGenerator lenient = OpenAiGenerator.builder(loopback.connection(), Loopback.MODEL)
                .lenientEnd()
                .build();
        byte[] text = STREAM.getBytes(StandardCharsets.UTF_8);
        loopback.server()
                .reply(
                        FakeReply.streaming(out -> out.write(text)),
                        FakeReply.streaming(out -> {}),
                        FakeReply.streaming(out -> out.write(text)).cutAfter(500, Effect.RESET));
        assertThat(lenient.generate(Loopback.prompt("?"), piece -> {}).finish()).isEqualTo(Completion.Finish.OTHER);
        assertThat(catchThrowable(() -> lenient.generate(Loopback.prompt("?"), piece -> {})))
                .isInstanceOf(ModelException.class);
        assertThat(catchThrowable(() -> lenient.generate(Loopback.prompt("?"), piece -> {})))
                .isInstanceOf(ModelException.class);
    }

    @Test
    void R35b_everyStreamEndsExactlyOnceAndNothingComesAfter() throws Exception {
        long seed = Long.getLong("seed", 351);
        Random random = new Random(seed);
        int streams = Boolean.getBoolean("rag.deep") ? 10_000 : 2_000;
        int[] ends = new int[4];
        AtomicInteger after = new AtomicInteger();
        for (int i = 0; i < streams; i++) {
            loopback.server().reply(plan(random));
            int cancelAt = random.nextInt(8) == 0 ? random.nextInt(5) : Integer.MAX_VALUE;
            boolean[] ended = {false};
            int[] pieces = {0};
            int outcomes = 0;
            try {
                loopback.generator().generate(Loopback.prompt("?"), piece -> {
                    after.addAndGet(ended[0] ? 1 : 0);
                    if (pieces[0]++ == cancelAt) {
                        Thread.currentThread().interrupt();
                    }
                });
                ended[0] = true;
                ends[0]++;
                outcomes++;
            } catch (ModelException e) {
                ended[0] = true;
                ends[e.code().isPresent() ? 1 : 2]++;
                outcomes++;
            } catch (CancellationException e) {
                ended[0] = true;
                ends[3]++;
                outcomes++;
                assertThat(Thread.currentThread().isInterrupted()).isTrue();
            }
            Thread.interrupted();
            assertThat(outcomes).isOne();
        }
        System.out.println("R-35b: seed " + seed + ", " + streams + " of " + streams + " streams ended once: " + ends[0]
                + " whole, "
                + ends[1] + " by an error event, " + ends[2] + " broken, " + ends[3] + " cancelled; " + after
                + " callbacks after the end");
        assertThat(after).hasValue(0);
        assertThat(ends).doesNotContain(0);
        assertThat(loopback.connection().wire().busyConnections()).isZero();
    }

    private static FakeReply plan(Random random) {
        FakeReply text = FakeReply.text("a b c d e f");
        int cut = random.nextInt(1_200);
        return switch (random.nextInt(4)) {
            case 0 -> text;
            case 1 -> text.cutAfter(cut, Effect.CLOSE);
            case 2 -> text.cutAfter(cut, Effect.RESET);
            default ->
                FakeReply.events(
                        "{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}",
                        "{\"error\":{\"message\":\"x\",\"code\":\"server_error\"}}",
                        "{\"choices\":[{\"delta\":{\"content\":\"b\"},\"finish_reason\":\"stop\"}]}",
                        "[DONE]");
        };
    }
}
