package dev.ragkit.pgvector;

import dev.ragkit.StoreException;
import dev.ragkit.pgvector.Session.Work;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decides which server a call goes to. Writes, and what is read in order to write, go to the primary; searches go to the replica
 * where there is one and the {@link Consistency} allows it. What the replica does not answer, the primary does: a replica that
 * is behind, cannot be reached, ends a query because it is in the way of the log, or has not yet heard of a table.
 */
final class Routing implements Reads {
    /** How long a replica that is away is left alone before one search tries it again. */
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Session primary;

    /** One, or none. */
    private final List<Session> replica;

    private final Consistency consistency;
    private final State state;

    /** What all handles on a collection share. */
    private record State(LastWrite lastWrite, AtomicLong leftAloneUntil) {}

    private Routing(Session primary, List<Session> replica, Consistency consistency, State state) {
        this.primary = primary;
        this.replica = replica;
        this.consistency = consistency;
        this.state = state;
    }

    static Routing toPrimary(Session primary) {
        return new Routing(primary, List.of(), Consistency.LAST_WRITE, new State(new LastWrite(), new AtomicLong()));
    }

    Routing andReplica(Session added) {
        return new Routing(primary, List.of(added), consistency, state);
    }

    Routing with(Consistency other) {
        return new Routing(primary, replica, other, state);
    }

    Routing within(Duration time) {
        List<Session> other =
                replica.stream().map(session -> session.within(time)).toList();
        return new Routing(primary.within(time), other, consistency, state);
    }

    /** Writes in one transaction, on the primary. */
    <T> T write(String doing, Work<T> work) {
        Deadline deadline = primary.deadline();
        if (replica.isEmpty()) {
            return primary.write(doing, deadline, work);
        }
        T result;
        try {
            result = primary.write(doing, deadline, work);
        } finally {
            state.lastWrite.count();
        }
        state.lastWrite.learn(primary, deadline);
        return result;
    }

    /** Reads what a write depends on, on the primary. */
    <T> T readToWrite(String doing, Work<T> work) {
        return primary.read(doing, work);
    }

    /** Where a read would go now, for reads that are to be compared. */
    Session server() {
        Deadline deadline = primary.deadline();
        boolean elsewhere = isReplicaToBeAsked(deadline)
                && onReplica("looking for a server", deadline, connection -> true)
                        .isPresent();
        return elsewhere ? replica.get(0) : primary;
    }

    /** Reads where the consistency asked for allows. Whoever answers, the time is that of one call. */
    @Override
    public <T> T read(String doing, Work<T> work) {
        Deadline deadline = primary.deadline();
        if (!isReplicaToBeAsked(deadline)) {
            return primary.read(doing, deadline, work);
        }
        return onReplica(doing, deadline, work).orElseGet(() -> primary.read(doing, deadline, work));
    }

    private boolean isReplicaToBeAsked(Deadline deadline) {
        if (replica.isEmpty() || consistency == Consistency.PRIMARY) {
            return false;
        }
        if (consistency == Consistency.LAST_WRITE && !state.lastWrite.isKnown()) {
            state.lastWrite.learn(primary, deadline);
            return false;
        }
        long until = state.leftAloneUntil.get();
        return until == 0
                || (System.nanoTime() - until >= 0 && state.leftAloneUntil.compareAndSet(until, afterPause()));
    }

    /** Empty if the replica is behind or does not answer. A call whose time is over does not begin again elsewhere. */
    private <T> Optional<T> onReplica(String doing, Deadline deadline, Work<T> work) {
        try {
            Optional<T> result = replica.get(0)
                    .read(
                            doing,
                            deadline,
                            connection -> consistency == Consistency.ANY || state.lastWrite.isReachedBy(connection)
                                    ? Optional.of(work.on(connection))
                                    : Optional.empty());
            state.leftAloneUntil.set(0);
            return result;
        } catch (StoreException failure) {
            boolean late = failure.getCause() instanceof TimeoutException;
            state.leftAloneUntil.set(late || SqlErrors.isServerAway(failure) ? afterPause() : 0);
            if (late) {
                throw failure;
            }
            return Optional.empty();
        }
    }

    /** Never 0, which stands for a replica in use. */
    private static long afterPause() {
        return (System.nanoTime() + PAUSE_NANOS) | 1;
    }
}
