package dev.ragkit.intercept;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragkit.Completion;
import dev.ragkit.Generator;
import dev.ragkit.ModelException;
import dev.ragkit.Prompt;
import dev.ragkit.RagException.Kind;
import dev.ragkit.TokenUsage;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every sequence of what an endpoint may do, to depth 8, against what the specification says in its own words. */
class F06_RetryModelTest {
    private static final int DEPTH = 8;
    private static final int BUDGET = 17;
    private static final long DEADLINE = Duration.ofSeconds(10).toNanos();
    private static final Prompt PROMPT = new Prompt("?", List.of(), List.of());
    private static final Completion DONE = new Completion("done", Completion.Finish.STOP, TokenUsage.NONE, "m");

    private enum Event {
        SUCCESS,
        BUSY,
        TIMEOUT,
        COME_BACK_IN_6_SECONDS,
        FATAL
    }

    /** What the specification says of a sequence of events, which calls make one after the other. */
    private static final class Model {
        private final StringBuilder story = new StringBuilder();
        private int tokens = BUDGET;
        private int retries;
        private long elapsed;

        void see(Event event) {
            story.append(event.ordinal());
            if (event == Event.SUCCESS) {
                tokens = Math.min(BUDGET, tokens + 1);
                end("ok");
                return;
            }
            long wait = event == Event.COME_BACK_IN_6_SECONDS
                    ? Duration.ofSeconds(6).toNanos()
                    : Duration.ofMillis(500).toNanos() << retries;
            int price = event == Event.TIMEOUT ? 10 : 5;
            if (event == Event.FATAL || retries == 2 || elapsed + wait >= DEADLINE || tokens < price) {
                end("failed");
                return;
            }
            tokens -= price;
            retries++;
            elapsed += wait;
            story.append(" waits ").append(wait / 1_000_000).append(' ');
        }

        private void end(String how) {
            story.append(' ').append(how).append("; ");
            retries = 0;
            elapsed = 0;
        }
    }

    private static final ModelException BUSY = new ModelException("busy", Kind.TRANSIENT, null);
    private static final ModelException LATE =
            new ModelException("late", Kind.TRANSIENT, new SocketTimeoutException("read"));
    private static final ModelException LIMITED = new ModelException("limited", Duration.ofSeconds(6), null);
    private static final ModelException FATAL = new ModelException("no such model");

    private final StringBuilder story = new StringBuilder();
    private int at;

    @Test
    void F06_allSequencesOfEventsGoAsTheSpecificationSays() {
        int sequences = (int) Math.pow(Event.values().length, DEPTH);
        for (int number = 0; number < sequences; number++) {
            Event[] events = events(number);
            Model model = new Model();
            for (Event event : events) {
                model.see(event);
            }
            String story = run(events);
            if (!story.equals(model.story.toString())) {
                assertThat(story).isEqualTo(model.story.toString());
            }
        }
        System.out.printf("F-06: %,d sequences of %d events, 0 that differ from the model%n", sequences, DEPTH);
    }

    private static Event[] events(int number) {
        Event[] events = new Event[DEPTH];
        int left = number;
        for (int i = 0; i < DEPTH; i++) {
            events[i] = Event.values()[left % Event.values().length];
            left /= Event.values().length;
        }
        return events;
    }

    private String run(Event[] events) {
        story.setLength(0);
        at = 0;
        long[] now = {0};
        Retry retry = Retry.builder()
                .budget(BUDGET)
                .deadline(Duration.ofNanos(DEADLINE))
                .waiting(new Waiting(() -> now[0], () -> 1, wait -> {
                    story.append(" waits ").append(wait.toMillis()).append(' ');
                    now[0] += wait.toNanos();
                    if (at == DEPTH) {
                        throw new EndOfStory();
                    }
                }))
                .build();
        Generator generator = Intercepted.generator(prompt -> next(events), retry);
        while (at < DEPTH) {
            try {
                generator.generate(PROMPT);
                story.append(" ok; ");
            } catch (ModelException failure) {
                story.append(" failed; ");
            } catch (EndOfStory end) {
                break;
            }
        }
        return story.toString();
    }

    private Completion next(Event[] events) {
        Event event = events[at++];
        story.append(event.ordinal());
        return switch (event) {
            case SUCCESS -> DONE;
            case BUSY -> throw BUSY;
            case TIMEOUT -> throw LATE;
            case COME_BACK_IN_6_SECONDS -> throw LIMITED;
            case FATAL -> throw FATAL;
        };
    }

    private static final class EndOfStory extends RuntimeException {
        private static final long serialVersionUID = 1L;

        EndOfStory() {
            super("no more events", null, false, false);
        }
    }
}
