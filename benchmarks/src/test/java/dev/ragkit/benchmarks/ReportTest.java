package dev.ragkit.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    private static final String STALE = "run dev.ragkit.benchmarks.Report and commit what it writes";

    @TempDir
    Path folder;

    @Test
    void theTablesOfThePageAreTheResults() {
        assertThat(Report.read(Report.page())).as(STALE).isEqualTo(Report.pageFromResults());
    }

    @Test
    void thePlotsBesideThePageAreDrawnFromTheResults() {
        assertThat(Report.read(Report.plot("ratios"))).as(STALE).isEqualTo(Report.ratios());
        assertThat(Report.read(Report.plot("growth"))).as(STALE).isEqualTo(Report.growth());
    }

    @Test
    void resultsAreReadAsTheyWereWritten() {
        Results written = Results.start("search", List.of("a machine", "a day, load 1"), "case", "us");
        written.add("one, two", 1234.5);
        written.add("three", 0.0567);
        written.write(folder);

        Results read = Results.read(folder.resolve("search.csv"));

        assertThat(read.about()).containsExactly("a machine", "a day, load 1");
        assertThat(read.columns()).containsExactly("case", "us");
        assertThat(read.rows()).containsExactly(List.of("one; two", "1235"), List.of("three", "0.06"));
        assertThat(Files.exists(folder.resolve("search.csv"))).isTrue();
    }

    @Test
    void barsEndWhereTheirRatioIs() {
        Results search = Results.start("search", List.of("m"), "dimensions", "filter", "k", "threads", "ratio");
        search.add(384, "none", 10, 1, "1.00");
        search.add(384, "none", 10, 8, "3.00");

        String plot = RatioPlot.of(search);

        assertThat(plot).contains("width=\"200.0\" height=\"14.0\"", "width=\"400.0\" height=\"14.0\"", ">3.00</text>");
    }
}
