package dev.ragkit.examples.quickstart;

import dev.ragkit.Query;
import dev.ragkit.intercept.Price;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** What the command line asks for. Immutable after {@link #parse}. */
final class Options {
    private static final Set<String> WITH_VALUE = Set.of("--docs", "--store", "--collection", "--model", "--price");

    private final List<Path> documents = new ArrayList<>();
    private Optional<Query> question = Optional.empty();
    private Optional<String> store = Optional.empty();
    private Optional<String> collection = Optional.empty();
    private Optional<String> model = Optional.empty();
    private Optional<Price> price = Optional.empty();
    private boolean fallback;
    private boolean sync;
    private boolean json;
    private boolean help;

    private Options() {}

    /** What {@code --help} prints. The script prints the same file, so that help needs no build. */
    static String helpText() {
        try (InputStream file = Objects.requireNonNull(Options.class.getResourceAsStream("help.txt"))) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("the help cannot be read; build again", e);
        }
    }

    /**
     * Reads the command line.
     *
     * @param arguments as given to the program
     * @return the options
     * @throws Failure if they make no sense
     */
    static Options parse(List<String> arguments) {
        Options options = new Options();
        Deque<String> rest = new ArrayDeque<>(arguments);
        while (!rest.isEmpty()) {
            String argument = rest.pop();
            if (argument.equals("--")) {
                rest.forEach(options::question);
                break;
            }
            options.take(argument, rest);
        }
        options.check();
        return options;
    }

    private void take(String argument, Deque<String> rest) {
        String name = argument;
        int equals = argument.indexOf('=');
        if (equals > 0 && WITH_VALUE.contains(argument.substring(0, equals))) {
            name = argument.substring(0, equals);
            rest.push(argument.substring(equals + 1));
        }
        switch (name) {
            case "--docs" -> documents.add(path(value(name, rest)));
            case "--store" -> store = Optional.of(value(name, rest));
            case "--collection" -> collection = Optional.of(value(name, rest));
            case "--model" -> model = Optional.of(value(name, rest));
            case "--price" -> price = Optional.of(price(value(name, rest)));
            case "--fallback" -> fallback = true;
            case "--sync" -> sync = true;
            case "--json" -> json = true;
            case "--debug" -> {}
            case "--help", "-h" -> help = true;
            default -> {
                if (name.startsWith("-")) {
                    throw usage("there is no option " + name);
                }
                question(name);
            }
        }
    }

    private static String value(String name, Deque<String> rest) {
        if (rest.isEmpty() || rest.peek().isBlank()) {
            throw usage(name + " needs a value");
        }
        return rest.pop();
    }

    private static Path path(String value) {
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            throw usage("--docs needs a path, was '" + value + "'");
        }
    }

    /** Tokens that the provider had in its cache cost as much as others, unless a third number says otherwise. */
    private static Price price(String value) {
        String[] amounts = value.split(",", -1);
        try {
            if (amounts.length == 2) {
                return Price.of(amounts[0], amounts[0], amounts[1]);
            }
            if (amounts.length == 3) {
                return Price.of(amounts[0], amounts[2], amounts[1]);
            }
        } catch (IllegalArgumentException e) {
            // The message below says what is wanted.
        }
        throw usage(
                "--price needs what a million tokens cost, read and written, such as 0.15,0.60, was '" + value + "'");
    }

    private void question(String text) {
        if (question.isPresent()) {
            throw usage("there are two questions, '" + question.get().text() + "' and '" + text
                    + "': put the question in quotes, and --docs before each file or folder");
        }
        question = Optional.of(query(text));
    }

    /**
     * Checks a question.
     *
     * @param text as the user wrote it
     * @return the query for it
     * @throws Failure if it is empty, too long, or no text
     */
    static Query query(String text) {
        if (text.isBlank()) {
            throw usage("the question is empty: write one in quotes, such as ./quickstart \"What is a counter?\"");
        }
        try {
            return Query.of(text);
        } catch (IllegalArgumentException e) {
            throw usage("the question cannot be asked: " + e.getMessage());
        }
    }

    private void check() {
        if (store.isEmpty() && (sync || collection.isPresent())) {
            throw usage("--sync and --collection go with --store: the store in memory begins empty");
        }
        if (store.isPresent() && !store.get().startsWith("jdbc:postgresql:")) {
            throw usage("--store must be a URL such as jdbc:postgresql://localhost:5432/postgres");
        }
        if (model.isEmpty() && (price.isPresent() || fallback)) {
            throw usage("--price and --fallback go with --model");
        }
        if (json && question.isEmpty() && !help) {
            throw usage("--json needs a question on the command line");
        }
        if (documents.isEmpty() && question.isPresent() && isPath(question.get().text())) {
            throw usage("the question '" + question.get().text()
                    + "' is a file or folder: to read it, put --docs before it");
        }
    }

    private static boolean isPath(String text) {
        try {
            return Files.exists(Path.of(text));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static Failure usage(String message) {
        return new Failure(ExitCode.USAGE, message + "; ./quickstart --help lists the options");
    }

    /** The files and folders named; none for the default. */
    List<Path> documents() {
        return List.copyOf(documents);
    }

    /** The question; empty to read questions from the input. */
    Optional<Query> question() {
        return question;
    }

    /** The URL of the database; empty for a store in memory. */
    Optional<String> store() {
        return store;
    }

    String collection() {
        return collection.orElse("quickstart");
    }

    /** The model that writes the answers; empty for sentences of the documents. */
    Optional<String> model() {
        return model;
    }

    /** What the model costs; empty where the user did not say. */
    Optional<Price> price() {
        return price;
    }

    /** Whether the documents answer where the model fails. */
    boolean fallback() {
        return fallback;
    }

    boolean sync() {
        return sync;
    }

    boolean json() {
        return json;
    }

    boolean help() {
        return help;
    }
}
