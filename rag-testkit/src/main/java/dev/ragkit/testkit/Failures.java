package dev.ragkit.testkit;

import java.util.ArrayDeque;
import java.util.Queue;

/** Failures that the next calls of a fake throw, in order. Safe for use by several threads. */
final class Failures {
    private final Queue<RuntimeException> due = new ArrayDeque<>();

    synchronized void next(int calls, RuntimeException failure) {
        if (calls < 1) {
            throw new IllegalArgumentException("calls must be at least 1, was " + calls);
        }
        for (int i = 0; i < calls; i++) {
            due.add(failure);
        }
    }

    synchronized void throwIfDue() {
        RuntimeException failure = due.poll();
        if (failure != null) {
            throw failure;
        }
    }
}
