package dev.ragkit.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.management.ThreadMXBean;
import dev.ragkit.ModelException;
import dev.ragkit.testkit.FakeReply;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class R37_HostileReplyTest {
    private static final long MEBIBYTE = 1 << 20;

    private final Loopback loopback = Loopback.start();
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @AfterEach
    void close() {
        loopback.close();
    }

    private static FakeReply.Body repeated(String start, String unit, long mebibytes) {
        byte[] block = unit.repeat((int) MEBIBYTE / unit.length()).getBytes(StandardCharsets.ISO_8859_1);
        return out -> {
            print(out, start);
            for (long i = 0; i < mebibytes; i++) {
                out.write(block);
            }
        };
    }

    private static void print(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** 10 MiB that become 10 GiB. */
    private static FakeReply bomb() {
        FakeReply.Body zeros = repeated("", "\0", 10 << 10);
        return FakeReply.streaming(out -> {
                    try (GZIPOutputStream gzip = new GZIPOutputStream(out, 1 << 16)) {
                        zeros.writeTo(gzip);
                    }
                })
                .header("content-encoding", "gzip");
    }

    private static FakeReply json(FakeReply.Body body) {
        return FakeReply.streaming(body).header("content-type", "application/json");
    }

    private Map<String, FakeReply> attacks() {
        Map<String, FakeReply> attacks = new LinkedHashMap<>();
        attacks.put("a line of 1 GiB", FakeReply.streaming(repeated("data: ", "x", 1 << 10)));
        attacks.put("a body of 1 GiB of blanks", json(repeated("", " ", 1 << 10)));
        attacks.put("comments of 1 GiB", FakeReply.streaming(repeated("", ": x\n", 1 << 10)));
        attacks.put("a gzip bomb", bomb());
        attacks.put("1,000,000 levels of arrays", json(repeated("{\"choices\":", "[", 1)));
        attacks.put("1,000,000 levels of objects", json(repeated("", "{\"a\":", 1)));
        attacks.put("a number of 1,000,000 digits", json(repeated("{\"usage\":{\"prompt_tokens\":", "9", 1)));
        attacks.put("a fraction of 1,000,000 digits", json(repeated("{\"data\":[{\"embedding\":[0.", "9", 1)));
        attacks.put("a name of 1 GiB", json(repeated("{\"", "n", 1 << 10)));
        attacks.put("a text of 1 GiB", json(repeated("{\"model\":\"", "t", 1 << 10)));
        attacks.put("a content of 1 GiB", json(repeated("{\"choices\":[{\"message\":{\"content\":\"", "t", 1 << 10)));
        attacks.put("a vector of 1 GiB", json(repeated("{\"data\":[{\"embedding\":\"", "AAAA", 1 << 10)));
        attacks.put("1 GiB of items", json(repeated("{\"data\":[", "{},[],", 1 << 10)));
        attacks.put("HTML of 1 GiB", json(repeated("<html>", "e", 1 << 10)));
        return attacks;
    }

    @Test
    void whatIsTooLargeOrTooDeepIsRefusedInLittleTimeAndMemory() {
        OpenAiEmbedder embedder = loopback.embedder(64);
        OpenAiGenerator generator = loopback.generator();
        embedder.embedQuery("warm");
        generator.generate(Loopback.prompt("warm"));
        generator.generate(Loopback.prompt("warm"), piece -> {});
        long most = 0;
        long slowest = 0;
        String slowestName = "";
        int refused = 0;
        for (Map.Entry<String, FakeReply> attack : attacks().entrySet()) {
            List<ThrowingCallable> calls = List.of(
                    () -> generator.generate(Loopback.prompt("?")),
                    () -> generator.generate(Loopback.prompt("?"), piece -> {}),
                    () -> embedder.embedQuery("?"));
            for (ThrowingCallable call : calls) {
                loopback.server().reply(attack.getValue());
                long allocated = threads.getCurrentThreadAllocatedBytes();
                long start = System.nanoTime();
                Throwable thrown = catchThrowable(call);
                if (System.nanoTime() - start > slowest) {
                    slowest = System.nanoTime() - start;
                    slowestName = attack.getKey();
                }
                most = Math.max(most, threads.getCurrentThreadAllocatedBytes() - allocated);
                assertThat(thrown).as(attack.getKey()).isInstanceOf(ModelException.class);
                refused++;
            }
        }
        System.out.printf(
                Locale.ROOT,
                "R-37: %d of %d hostile replies refused, the slowest (%s) after %d ms, at most %.1f MiB allocated%n",
                refused,
                3 * attacks().size(),
                slowestName,
                slowest / 1_000_000,
                (double) most / MEBIBYTE);
        assertThat(most).isLessThanOrEqualTo(32 * MEBIBYTE);
        assertThat(slowest).isLessThanOrEqualTo(2_000_000_000L);
    }
}
