package dev.ragkit.intercept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class AllowanceTest {
    @Test
    void nothingInItIsNegative() {
        assertThatThrownBy(() -> new Allowance(-1, 0, Duration.ZERO)).hasMessage("limit must not be negative, was -1");
        assertThatThrownBy(() -> new Allowance(1, -2, Duration.ZERO))
                .hasMessage("remaining must not be negative, was -2");
        assertThatThrownBy(() -> new Allowance(1, 1, Duration.ofSeconds(-3)))
                .hasMessage("resetsIn must not be negative, was PT-3S");
    }

    @Test
    void theUnknownIsNotTheSpent() {
        assertThat(Allowance.UNKNOWN.isKnown()).isFalse();
        assertThat(new Allowance(0, 0, Duration.ZERO).isKnown()).isTrue();
        assertThat(new Allowance(60, 59, Duration.ofSeconds(1)).isKnown()).isTrue();
    }

    @Test
    void aClientMayTalkToNobody() {
        AllowanceListener.none().allowance(Allowance.UNKNOWN, new Allowance(1, 0, Duration.ofMinutes(6)));
    }
}
