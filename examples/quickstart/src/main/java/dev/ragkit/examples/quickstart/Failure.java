package dev.ragkit.examples.quickstart;

import dev.ragkit.ModelException;
import dev.ragkit.StoreException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;

/** Ends the program with an exit code and a message that says what to do. */
final class Failure extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private final ExitCode code;

    Failure(ExitCode code, String message) {
        this(code, message, null);
    }

    Failure(ExitCode code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** The failure behind whatever was thrown. */
    static Failure of(Throwable thrown) {
        if (thrown instanceof Failure failure) {
            return failure;
        }
        String message = thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage();
        if (thrown instanceof StoreException store && store.isTransient()) {
            return new Failure(ExitCode.NO_DATABASE, message, thrown);
        }
        if (thrown instanceof ModelException) {
            return new Failure(ExitCode.NO_MODEL, message, thrown);
        }
        return new Failure(ExitCode.FAILED, message + "; --debug shows where", thrown);
    }

    String message() {
        return String.valueOf(getMessage());
    }

    ExitCode code() {
        return code;
    }

    String stackTrace() {
        StringWriter text = new StringWriter();
        printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
