package dev.ragkit.intercept;

/**
 * Who spends on what.
 *
 * @param tenant who; not blank
 * @param model on what, by the name that its price is under; not blank
 */
public record Account(String tenant, String model) {
    /**
     * Checks the names.
     *
     * @param tenant who
     * @param model on what
     * @throws IllegalArgumentException if one is blank
     */
    public Account {
        if (tenant.isBlank() || model.isBlank()) {
            throw new IllegalArgumentException("tenant and model must not be blank");
        }
    }

    /** Shows the model; not the tenant, whose name may be personal. */
    @Override
    public String toString() {
        return "Account[" + model + "]";
    }
}
