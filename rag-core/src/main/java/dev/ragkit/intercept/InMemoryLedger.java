package dev.ragkit.intercept;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Sums by account in the heap. */
final class InMemoryLedger implements UsageLedger {
    private final ConcurrentMap<Account, Spent> sums = new ConcurrentHashMap<>();

    @Override
    public void add(Account account, Spent call) {
        sums.merge(account, call, Spent::plus);
    }

    @Override
    public Spent total(Account account) {
        return sums.getOrDefault(account, Spent.NOTHING);
    }

    @Override
    public Map<Account, Spent> totals() {
        return Map.copyOf(sums);
    }
}
