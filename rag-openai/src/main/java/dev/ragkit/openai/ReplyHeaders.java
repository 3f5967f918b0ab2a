package dev.ragkit.openai;

import dev.ragkit.intercept.Allowance;
import dev.ragkit.intercept.AllowanceListener;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/** What a server says beside its reply: when to come back, whether to, and what it still allows. What is not understood is not there. */
record ReplyHeaders(Headers headers, Clock clock) {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|d|h|m|s|)");
    private static final double MOST_SECONDS = Duration.ofDays(3_650).toSeconds();

    /** {@code retry-after-ms}, else {@code retry-after} in seconds or as a date; never negative. */
    @Nullable
    Duration retryAfter() {
        Duration millis = seconds(headers.get("retry-after-ms"), 1_000);
        if (millis != null) {
            return millis;
        }
        String value = headers.get("retry-after");
        Duration seconds = seconds(value, 1);
        return seconds != null || value == null ? seconds : untilDate(value.trim());
    }

    private static @Nullable Duration seconds(@Nullable String value, int unitsInASecond) {
        if (value == null || !value.trim().matches("-?\\d{1,18}(\\.\\d{1,9})?")) {
            return null;
        }
        double seconds = Double.parseDouble(value.trim()) / unitsInASecond;
        return Duration.ofNanos((long) (Math.max(0, Math.min(seconds, MOST_SECONDS)) * 1e9));
    }

    private @Nullable Duration untilDate(String value) {
        try {
            Duration wait = Duration.between(
                    clock.instant(),
                    ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
            return wait.isNegative() ? Duration.ZERO : wait;
        } catch (DateTimeException notADate) {
            return null;
        }
    }

    /** What {@code x-should-retry} says, else what the error means by itself. */
    boolean isTransient(ServerError error) {
        String said = headers.get("x-should-retry");
        if (said != null && said.trim().equalsIgnoreCase("true")) {
            return true;
        }
        return (said == null || !said.trim().equalsIgnoreCase("false")) && error.isTransient();
    }

    @Nullable
    String requestId() {
        String id = headers.get("x-request-id");
        return id != null ? id : headers.get("apim-request-id");
    }

    void tell(AllowanceListener listener) {
        Allowance requests = allowance("requests");
        Allowance tokens = allowance("tokens");
        if (requests.isKnown() || tokens.isKnown()) {
            listener.allowance(requests, tokens);
        }
    }

    private Allowance allowance(String unit) {
        long limit = count("x-ratelimit-limit-" + unit);
        long remaining = count("x-ratelimit-remaining-" + unit);
        Duration reset = duration(headers.get("x-ratelimit-reset-" + unit));
        return limit < 0 || remaining < 0 || reset == null ? Allowance.UNKNOWN : new Allowance(limit, remaining, reset);
    }

    private long count(String name) {
        String value = headers.get(name);
        return value != null && value.trim().matches("\\d{1,18}") ? Long.parseLong(value.trim()) : -1;
    }

    /** As OpenAI writes them: {@code 6m0s}, {@code 1.5s}, {@code 20ms}; a bare number is seconds. */
    static @Nullable Duration duration(@Nullable String value) {
        if (value == null || value.isBlank()) {
            return null;
        }
        Matcher part = DURATION.matcher(value.trim().toLowerCase(Locale.ROOT));
        double seconds = 0;
        int end = 0;
        while (part.find() && part.start() == end) {
            seconds += Double.parseDouble(part.group(1)) * unit(part.group(2));
            end = part.end();
        }
        return end == value.trim().length() ? Duration.ofNanos((long) (Math.min(seconds, MOST_SECONDS) * 1e9)) : null;
    }

    private static double unit(String unit) {
        return switch (unit) {
            case "ms" -> 0.001;
            case "m" -> 60;
            case "h" -> 3_600;
            case "d" -> 86_400;
            default -> 1;
        };
    }
}
