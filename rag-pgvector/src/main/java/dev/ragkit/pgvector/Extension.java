package dev.ragkit.pgvector;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The extension as it is installed: its schema, which need not be on the search path, and its version. */
record Extension(String schema, String version) {
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)(?:\\.(\\d+))?.*");

    /** From 0.8 on an index scan can go on until enough rows pass the filter. */
    boolean scansIteratively() {
        return isAtLeast(0, 8, 0);
    }

    /** From 0.7 on there are halfvec and its operators, and those of bit strings. */
    boolean hasHalfvec() {
        return isAtLeast(0, 7, 0);
    }

    /** Before 0.8.2 a parallel build of an HNSW index could write outside its memory (CVE-2026-3172). */
    boolean buildsInParallelSafely() {
        return isAtLeast(0, 8, 2);
    }

    private boolean isAtLeast(int major, int minor, int patch) {
        Matcher parts = VERSION.matcher(version);
        if (!parts.matches()) {
            return false;
        }
        int[] found = {number(parts.group(1)), number(parts.group(2)), number(parts.group(3))};
        return Arrays.compare(found, new int[] {major, minor, patch}) >= 0;
    }

    private static int number(@Nullable String digits) {
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    /** A type, qualified; also the name by which the driver finds it. */
    String type(VectorType type) {
        return Tables.quoted(schema) + "." + Tables.quoted(type.sqlName());
    }

    String operator(String sign) {
        return "OPERATOR(" + Tables.quoted(schema) + "." + sign + ")";
    }

    String function(String name) {
        return Tables.quoted(schema) + "." + Tables.quoted(name);
    }

    String operatorClass(String name) {
        return Tables.quoted(schema) + "." + Tables.quoted(name);
    }
}
