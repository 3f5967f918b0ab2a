package dev.ragkit.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Generator;
import dev.ragkit.ModelException;
import dev.ragkit.intercept.Intercepted;
import dev.ragkit.intercept.Retry;
import dev.ragkit.testkit.FakeReply;
import dev.ragkit.testkit.FakeRequest;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class R29_RetryTableTest {
    private static final Pattern MODEL = Pattern.compile("\"model\":\"(\\d+) (\\w+)\"");
    private static final Set<Integer> TRANSIENT = Set.of(408, 409, 425, 429, 500, 502, 503, 504, 529);

    private final Loopback loopback = Loopback.start();
    private final ExecutorService callers = Executors.newFixedThreadPool(96);

    @AfterEach
    void close() {
        callers.shutdownNow();
        loopback.close();
    }

    private static Map<String, Map<String, String>> headers() {
        String past = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).minusHours(1));
        String future = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusHours(1));
        Map<String, Map<String, String>> all = new LinkedHashMap<>();
        all.put("none", Map.of());
        all.put("yes", Map.of("x-should-retry", "true", "retry-after-ms", "0"));
        all.put("no", Map.of("x-should-retry", "false", "retry-after-ms", "0"));
        all.put("seconds", Map.of("retry-after", "0"));
        all.put("past", Map.of("retry-after", past));
        all.put("future", Map.of("retry-after", future));
        all.put("millis", Map.of("retry-after-ms", "1", "retry-after", "86400"));
        all.put("garbage", Map.of("retry-after", "soon", "retry-after-ms", "x"));
        all.put("negative", Map.of("retry-after", "-5"));
        all.put("day", Map.of("retry-after", "86400"));
        return all;
    }

    /** How many requests the specification allows for. */
    private static int expected(int status, String header) {
        if (status >= 200 && status < 300) {
            return 1;
        }
        boolean interim = status < 200 && status != 101; // the connection ends before there is a reply
        boolean retry = interim
                || (!header.equals("no") && status != 407 && (header.equals("yes") || TRANSIENT.contains(status)));
        boolean tooLong = !interim && (header.equals("day") || header.equals("future"));
        return retry && !tooLong ? 3 : 1;
    }

    @Test
    void R29_everyStatusAndHeaderIsRetriedAsSpecifiedCountedAtTheServer() throws Exception {
        Map<String, Map<String, String>> headers = headers();
        Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
        loopback.server().script(request -> reply(request, headers, counts));
        List<Future<String>> cells = new ArrayList<>();
        for (int status = 100; status < 600; status++) {
            for (String header : headers.keySet()) {
                String cell = status + " " + header;
                cells.add(callers.submit(() -> call(cell)));
            }
        }
        List<String> wrong = new ArrayList<>();
        for (Future<String> done : cells) {
            String cell = done.get();
            String[] parts = cell.split(" ");
            int wanted = expected(Integer.parseInt(parts[0]), parts[1]);
            int count = counts.get(cell).get();
            if (count != wanted) {
                wrong.add(cell + ": " + count + " instead of " + wanted);
            }
        }
        System.out.println("R-29: " + (cells.size() - wrong.size()) + " of " + cells.size()
                + " cells as specified, counted at the server");
        assertThat(wrong).isEmpty();
    }

    private String call(String cell) {
        Generator generator = Intercepted.generator(
                OpenAiGenerator.builder(loopback.connection(), cell).build(), Retry.ofDefaults());
        try {
            generator.generate(Loopback.prompt("?"));
        } catch (ModelException counted) {
            // What counts is counted at the server.
        }
        return cell;
    }

    private static FakeReply reply(
            FakeRequest request, Map<String, Map<String, String>> headers, Map<String, AtomicInteger> counts) {
        Matcher cell = MODEL.matcher(request.body());
        assertThat(cell.find()).isTrue();
        counts.computeIfAbsent(cell.group(1) + " " + cell.group(2), key -> new AtomicInteger())
                .incrementAndGet();
        FakeReply reply = FakeReply.of(
                Integer.parseInt(cell.group(1)),
                "{\"choices\":[{\"message\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}");
        for (Map.Entry<String, String> header : headers.get(cell.group(2)).entrySet()) {
            reply = reply.header(header.getKey(), header.getValue());
        }
        return reply;
    }

    @Test
    void R30_aWaitBeyondTheDeadlineIsNotBegunAndTheErrorCarriesIt() {
        Generator generator = Intercepted.generator(
                loopback.generator(),
                Retry.builder().deadline(Duration.ofSeconds(5)).build());
        for (String seconds : List.of("6", "59", "61", "86400")) {
            loopback.server()
                    .reply(FakeReply.error(429, "rate_limit_exceeded", "slow").header("retry-after", seconds));
            int before = loopback.server().requests().size();
            long start = System.nanoTime();
            ModelException failure = failure(generator);
            long millis = (System.nanoTime() - start) / 1_000_000;
            assertThat(failure.retryAfter()).hasValue(Duration.ofSeconds(Long.parseLong(seconds)));
            assertThat(failure.isTransient()).isTrue();
            assertThat(loopback.server().requests().size() - before).isOne();
            assertThat(millis).as("far below the wait").isLessThan(5_000);
        }
        System.out.println(
                "R-30: 4 of 4 waits beyond the deadline not begun, 1 request each, the error carries the wait");
    }

    @Test
    void R32_whatCannotMendIsAskedOnce() {
        Generator generator = Intercepted.generator(loopback.generator(), Retry.ofDefaults());
        List<FakeReply> replies = List.of(
                FakeReply.error(429, "insufficient_quota", "You exceeded your current quota"),
                FakeReply.of(429, "{\"error\":{\"message\":\"x\",\"type\":\"insufficient_quota\",\"code\":\"429\"}}"),
                FakeReply.error(429, "billing_hard_limit_reached", "Billing hard limit has been reached"),
                FakeReply.error(401, "invalid_api_key", "Incorrect API key provided"),
                FakeReply.error(400, "context_length_exceeded", "too long"));
        for (FakeReply reply : replies) {
            int before = loopback.server().requests().size();
            loopback.server().reply(reply);
            ModelException failure = failure(generator);
            assertThat(failure.isTransient()).isFalse();
            assertThat(failure.status().getAsInt()).isBetween(400, 429);
            assertThat(loopback.server().requests().size() - before).isOne();
        }
        System.out.println("R-32: " + replies.size() + " of " + replies.size() + " asked exactly once");
    }

    private static ModelException failure(Generator generator) {
        try {
            generator.generate(Loopback.prompt("?"));
        } catch (ModelException e) {
            return e;
        }
        throw new AssertionError("the call must fail");
    }
}
