package dev.ragkit.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WindowsTest {
    private static final int[] HEAD = {101, 7, 8};
    private static final int END = 102;

    @Test
    void noTokensGiveOneRowWithoutText() {
        assertThat(new Windows(HEAD, END, 10).rows(new int[0])).isDeepEqualTo(new int[][] {{101, 7, 8, END}});
    }

    @Test
    void everyTokenIsInExactlyOneWindowInOrder() {
        for (int max = 5; max < 20; max++) {
            Windows windows = new Windows(HEAD, END, max);
            for (int length = 0; length < 200; length++) {
                int[] tokens = IntStream.range(1000, 1000 + length).toArray();
                int[][] rows = windows.rows(tokens);
                int[] joined = Arrays.stream(rows)
                        .flatMapToInt(row -> Arrays.stream(row, HEAD.length, row.length - 1))
                        .toArray();
                assertThat(joined).isEqualTo(tokens);
                assertRows(rows, max, windows, length);
            }
        }
    }

    private static void assertRows(int[][] rows, int max, Windows windows, int length) {
        int least = Arrays.stream(rows).mapToInt(windows::textTokens).min().orElseThrow();
        int most = Arrays.stream(rows).mapToInt(windows::textTokens).max().orElseThrow();
        assertThat(most - least).as("difference in length").isLessThanOrEqualTo(1);
        assertThat(rows.length)
                .as("fewest windows")
                .isEqualTo(Math.max(1, (length + windows.room() - 1) / windows.room()));
        for (int[] row : rows) {
            assertThat(row).hasSizeLessThanOrEqualTo(max).startsWith(HEAD).endsWith(END);
        }
    }

    @Test
    void hugeTextsDoNotOverflow() {
        Windows windows = new Windows(HEAD, END, 512);
        int[][] rows = windows.rows(new int[3_000_000]);
        assertThat(Arrays.stream(rows).mapToInt(windows::textTokens).sum()).isEqualTo(3_000_000);
    }
}
