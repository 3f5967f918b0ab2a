package dev.ragkit.examples.quickstart;

/** How the program ends. {@code --help} lists the same. */
enum ExitCode {
    /** Every question was answered. */
    OK(0),
    /** Something failed that has no code of its own. */
    FAILED(1),
    /** The command line cannot be understood. */
    USAGE(2),
    /** A file or folder is not there, or no file could be read. */
    NOTHING_TO_READ(3),
    /** The database is not there or lets us not in. */
    NO_DATABASE(4),
    /** The database lacks the extension or the rights. */
    NOT_PREPARED(5),
    /** The model cannot be reached, refuses, or has no key. */
    NO_MODEL(6);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
