package dev.ragkit.testkit;

import dev.ragkit.DocumentVersion;
import dev.ragkit.EmbeddedDocument;
import dev.ragkit.Embedding;
import dev.ragkit.EmbeddingSpace;
import dev.ragkit.Filter;
import dev.ragkit.Metric;
import dev.ragkit.SearchOptions;
import dev.ragkit.SearchResult;
import dev.ragkit.VectorStore;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A store that fails at a chosen call, to test what becomes of the work. One failure at a time: each of the methods that set one
 * takes the place of the one before. After the failure the store works again.
 *
 * <pre>{@code
 * FaultyStore store = FaultyStore.around(real).failAfterReplace(3, new StoreException("connection lost"));
 * }</pre>
 *
 * <p>Handles on other tenants share the counts and the failure. Safe for use by several threads.
 */
public final class FaultyStore implements VectorStore {
    private final VectorStore target;
    private final Plan plan;

    private FaultyStore(VectorStore target, Plan plan) {
        this.target = target;
        this.plan = plan;
    }

    /**
     * A store that does not fail yet.
     *
     * @param target does the work
     * @return the store
     */
    public static FaultyStore around(VectorStore target) {
        return new FaultyStore(target, new Plan());
    }

    /**
     * Makes a call fail before it reaches the store.
     *
     * @param call which one from now on, of any kind: 1 is the next
     * @param failure what it throws
     * @return this
     * @throws IllegalArgumentException if the number is below 1
     */
    public FaultyStore failBeforeCall(int call, RuntimeException failure) {
        plan.fail(Moment.BEFORE_CALL, call, failure);
        return this;
    }

    /**
     * Makes a replace fail after its first document was written, as a crash would in the middle of a call.
     *
     * @param replace which one from now on: 1 is the next
     * @param failure what it throws
     * @return this
     * @throws IllegalArgumentException if the number is below 1
     */
    public FaultyStore failInReplace(int replace, RuntimeException failure) {
        plan.fail(Moment.IN_REPLACE, replace, failure);
        return this;
    }

    /**
     * Makes a replace fail after all of it was written, as if the confirmation were lost.
     *
     * @param replace which one from now on: 1 is the next
     * @param failure what it throws
     * @return this
     * @throws IllegalArgumentException if the number is below 1
     */
    public FaultyStore failAfterReplace(int replace, RuntimeException failure) {
        plan.fail(Moment.AFTER_REPLACE, replace, failure);
        return this;
    }

    /**
     * How many calls of any kind were made so far, {@link #space}, {@link #metric} and {@link #tenant} not counted.
     *
     * @return 0 or more
     */
    public int calls() {
        return plan.calls.get();
    }

    /**
     * How many calls of {@link #replace} were made so far, failed ones included.
     *
     * @return 0 or more
     */
    public int replaces() {
        return plan.replaces.get();
    }

    @Override
    public EmbeddingSpace space() {
        return target.space();
    }

    @Override
    public Metric metric() {
        return target.metric();
    }

    @Override
    public FaultyStore tenant(String tenant) {
        return new FaultyStore(target.tenant(tenant), plan);
    }

    @Override
    public void replace(List<EmbeddedDocument> documents) {
        plan.replaces.incrementAndGet();
        before();
        RuntimeException inside = plan.take(Moment.IN_REPLACE);
        if (inside != null) {
            target.replace(documents.subList(0, Math.min(1, documents.size())));
            throw inside;
        }
        target.replace(documents);
        plan.throwIfDue(Moment.AFTER_REPLACE);
    }

    @Override
    public int delete(Collection<String> documentIds) {
        before();
        return target.delete(documentIds);
    }

    @Override
    public Map<String, DocumentVersion> versions(Collection<String> documentIds) {
        before();
        return target.versions(documentIds);
    }

    @Override
    public List<String> documentIds(Filter filter, String after, int limit) {
        before();
        return target.documentIds(filter, after, limit);
    }

    @Override
    public SearchResult search(Embedding embedding, SearchOptions options) {
        before();
        return target.search(embedding, options);
    }

    @Override
    public String toString() {
        return "FaultyStore[" + target + "]";
    }

    private void before() {
        plan.calls.incrementAndGet();
        plan.throwIfDue(Moment.BEFORE_CALL);
    }

    private enum Moment {
        BEFORE_CALL,
        IN_REPLACE,
        AFTER_REPLACE
    }

    /** Which failure comes when, shared by the handles of all tenants. */
    private static final class Plan {
        private final AtomicInteger calls = new AtomicInteger();
        private final AtomicInteger replaces = new AtomicInteger();
        private Moment moment = Moment.BEFORE_CALL;
        private int left;
        private @Nullable RuntimeException failure;

        synchronized void fail(Moment at, int count, RuntimeException thrown) {
            if (count < 1) {
                throw new IllegalArgumentException("the failing call must be 1 or later, was " + count);
            }
            moment = at;
            left = count;
            failure = thrown;
        }

        synchronized @Nullable RuntimeException take(Moment at) {
            if (at != moment || left == 0 || --left > 0) {
                return null;
            }
            return failure;
        }

        void throwIfDue(Moment at) {
            RuntimeException due = take(at);
            if (due != null) {
                throw due;
            }
        }
    }
}
