package dev.ragkit.examples.quickstart;

import dev.ragkit.IngestReport;

/** Shows how far an ingest is: a bar where a person looks, elsewhere a line for each tenth. For use by one thread. */
final class Progress {
    private static final int WIDTH = 30;

    private final Terminal terminal;
    private final int total;
    private long done;
    private long embedded;
    private long tenth;

    Progress(Terminal terminal, int total) {
        this.terminal = terminal;
        this.total = total;
        show();
    }

    /** Takes the report so far, and the number of files that did not even come to the ingest. */
    void ingested(IngestReport report, int unreadable) {
        done = report.documents() + unreadable;
        show();
    }

    /** Takes the number of chunks that were embedded since the last call. */
    void embedded(int chunks) {
        embedded += chunks;
        show();
    }

    private void show() {
        String line = done + " of " + total + " documents, " + embedded + " chunks embedded";
        if (terminal.isLive(Terminal.Live.ERRORS)) {
            terminal.draw(bar() + " " + line);
        } else if (done * 10 / total > tenth) {
            tenth = done * 10 / total;
            terminal.note(line);
        }
    }

    private String bar() {
        int filled = (int) (WIDTH * done / total);
        return "█".repeat(filled) + "░".repeat(WIDTH - filled);
    }
}
