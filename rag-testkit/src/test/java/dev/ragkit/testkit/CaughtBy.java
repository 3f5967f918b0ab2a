package dev.ragkit.testkit;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** Names the tests of a suite that must reject a wrong implementation. */
@Retention(RetentionPolicy.RUNTIME)
@interface CaughtBy {
    /** Names of test methods. */
    String[] value();
}
