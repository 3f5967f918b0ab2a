package dev.ragkit.pgvector;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Texts that have broken out of literals, names, patterns, formats and logs before, and random joins of their pieces. */
final class ApiPayloads {
    private static final List<String> CLASSIC = List.of(
            "' OR '1'='1",
            "' OR 1=1 --",
            "'; DROP TABLE docs_chunk; --",
            "\"; DROP TABLE docs_chunk; --",
            "') OR ('1'='1",
            "1; SELECT pg_sleep(5)",
            "' UNION SELECT usename, passwd FROM pg_shadow --",
            "'||(SELECT version())||'",
            "$$; DROP SCHEMA public; $$",
            "$tag$ x $tag$",
            "E'\\''",
            "\\'; --",
            "\\\\'; --",
            "U&'\\0027'",
            "\u2019 OR \u20191\u2019=\u20191",
            "\u02bc OR 1=1",
            "\uff07 OR 1=1",
            "/* */ OR 1=1",
            "*/ DROP TABLE x /*",
            "--",
            "-- \n",
            "#",
            ";",
            "?",
            "??",
            "?1",
            ":name",
            "$1",
            "${1}",
            "{fn now()}",
            "{d '2020-01-01'}",
            "{ts '2020-01-01 00:00:00'}",
            "{escape '\\'}",
            "{call pg_sleep(1)}",
            "{oj a}",
            "{?= call f()}",
            "%",
            "_",
            "%_",
            "%s%n%d",
            "$.*",
            "$.**",
            "$.\"k\"",
            "\") || (1 == 1",
            "\" || 1 == 1 || $.\"",
            "@ == 1",
            "like_regex \".*\"",
            "\\u0022",
            "\\u0000",
            "a & b",
            "a | !b",
            "a:*",
            "'a' <-> 'b'",
            "!",
            "&",
            "|",
            "<->",
            "(",
            ")",
            "((",
            "a:ABCD",
            "[]",
            "{}",
            "[1]",
            "{\"k\":1}",
            "null",
            "NULL",
            "true",
            "NaN",
            "Infinity",
            "-0",
            "1e309",
            "0x1F",
            "\u0000",
            "a\u0000b",
            "\ud83d",
            "\ude00x",
            "\ud83d\ude00",
            "\ufffe",
            "\uffff",
            "\ue000",
            "\ufeff",
            "\u200b",
            "\u202e",
            "\u2028",
            "\u0085",
            "\u001b[31m",
            "\u0007",
            "\b",
            "\t",
            "\n",
            "\r\n",
            " ",
            "  ",
            "\u00a0",
            "\u3000",
            "e\u0301",
            "\u0130",
            "\u0131",
            "\u00df",
            "../../etc/passwd",
            "..\\..\\x",
            "file:///etc/passwd",
            "${jndi:ldap://127.0.0.1/a}",
            "#{7*7}",
            "{{7*7}}",
            "<script>alert(1)</script>",
            "<!--",
            "]]>",
            "&lt;",
            "\"",
            "'",
            "''",
            "\"\"",
            "`",
            "\\",
            "\\\\",
            "/",
            ",",
            "=",
            "public",
            "select",
            "user",
            "docs",
            "docs_chunk",
            "pg_catalog.english",
            "SET enable_sort = off",
            "COPY docs_chunk TO PROGRAM 'id'",
            "\\.",
            "\\N",
            "\u0001sha-256:0000");
    private static final int COUNT = 500;

    private ApiPayloads() {}

    /** Different ones, always the same for the same seed; the first are of one piece, the last few are long. */
    static List<String> of(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Set<String> payloads = new LinkedHashSet<>(CLASSIC);
        for (int length : new int[] {48, 49, 63, 64, 256, 257, 512, 513, 10_000}) {
            payloads.add("a".repeat(length));
            payloads.add("'".repeat(length));
            payloads.add("\u65e5".repeat(length));
        }
        while (payloads.size() < COUNT) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(4); i >= 0; i--) {
                text.append(CLASSIC.get(random.nextInt(CLASSIC.size())));
                if (random.nextInt(3) == 0) {
                    text.append((char) random.nextInt(0x3000));
                }
            }
            payloads.add(text.toString());
        }
        return new ArrayList<>(payloads).subList(0, COUNT);
    }
}
