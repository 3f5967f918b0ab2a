package dev.ragkit.examples.quickstart;

import dev.ragkit.IngestReport;
import java.util.List;
import java.util.stream.Stream;

/**
 * What became of the files.
 *
 * @param report of the ingest
 * @param deleted documents of the collection that no file stands for
 * @param failed files that did not go in, with the reason
 */
record Ingested(IngestReport report, int deleted, List<TextFiles.Unreadable> failed) {
    static Ingested of(IngestReport report, TextFiles files) {
        Stream<TextFiles.Unreadable> refused = report.failures().stream()
                .map(failure -> new TextFiles.Unreadable(files.file(failure.documentId()), failure.reason()));
        return new Ingested(
                report, 0, Stream.concat(files.unreadable().stream(), refused).toList());
    }

    Ingested withDeleted(int deleted) {
        return new Ingested(report, deleted, failed);
    }
}
