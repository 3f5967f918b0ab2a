package dev.ragkit.intercept;

import dev.ragkit.TokenUsage;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Currency;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What models cost, as the host says: no server tells its prices. A price holds from a day on, until a later one does.
 *
 * <pre>
 * Pricing pricing = Pricing.builder(Currency.getInstance("USD"))
 *         .price("gpt-4o-mini", LocalDate.of(2024, 7, 18), Price.of("0.15", "0.075", "0.60"))
 *         .build();
 * </pre>
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class Pricing {
    private static final int MILLION_DIGITS = 6;

    private final Currency currency;
    private final Map<String, NavigableMap<LocalDate, Price>> prices;

    private Pricing(Builder builder) {
        currency = builder.currency;
        prices = new HashMap<>();
        builder.prices.forEach((model, byDay) -> prices.put(model, new TreeMap<>(byDay)));
    }

    /**
     * Starts a list of prices.
     *
     * @param currency of all of them
     * @return the builder
     */
    public static Builder builder(Currency currency) {
        return new Builder(currency);
    }

    /**
     * The currency of the prices.
     *
     * @return the currency
     */
    public Currency currency() {
        return currency;
    }

    /**
     * What a call cost, to the last digit.
     *
     * @param model whose price counts
     * @param usage the tokens of the call
     * @param day on which it was made
     * @return the cost; {@link Cost#UNKNOWN} where the model has no price on that day, or did not count its tokens
     */
    public Cost cost(String model, TokenUsage usage, LocalDate day) {
        NavigableMap<LocalDate, Price> byDay = prices.getOrDefault(model, new TreeMap<>());
        Map.Entry<LocalDate, Price> price = byDay.floorEntry(day);
        return price == null || usage.equals(TokenUsage.NONE) ? Cost.UNKNOWN : cost(price.getValue(), usage);
    }

    private static Cost cost(Price price, TokenUsage usage) {
        long cached = Math.min(usage.cachedInput(), usage.input());
        BigDecimal millionth = times(price.input(), usage.input() - cached)
                .add(times(price.cachedInput(), cached))
                .add(times(price.output(), usage.output()));
        return Cost.of(millionth.movePointLeft(MILLION_DIGITS));
    }

    private static BigDecimal times(BigDecimal price, long tokens) {
        return price.multiply(BigDecimal.valueOf(tokens));
    }

    /** Shows how many models have a price. */
    @Override
    public String toString() {
        return "Pricing[" + currency + ", models=" + prices.size() + "]";
    }

    /** Collects prices. For use by one thread. */
    public static final class Builder {
        private final Currency currency;
        private final Map<String, NavigableMap<LocalDate, Price>> prices = new HashMap<>();

        private Builder(Currency currency) {
            this.currency = currency;
        }

        /**
         * Adds the price of a model from a day on. Default: no model has a price.
         *
         * @param model the name that calls are counted under
         * @param since the first day on which it holds
         * @param price the price
         * @return this
         */
        public Builder price(String model, LocalDate since, Price price) {
            prices.computeIfAbsent(model, name -> new TreeMap<>()).put(since, price);
            return this;
        }

        /**
         * Makes the list.
         *
         * @return the prices
         */
        public Pricing build() {
            return new Pricing(this);
        }
    }
}
