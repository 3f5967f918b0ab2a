package dev.ragkit.examples.quickstart;

import dev.ragkit.Document;
import dev.ragkit.Metadata;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The files that the user named, as documents. The text of a document is that of its file, character by character, so that
 * an offset into one is an offset into the other. For use by one thread.
 */
final class TextFiles {
    private static final long MOST_BYTES = 50L << 20;

    /**
     * A file that is no document.
     *
     * @param file the file
     * @param reason why, and what to do
     */
    record Unreadable(Path file, String reason) {}

    /** By document id: the name of what the user named, and the path inside it. */
    private final Map<String, Path> files = new TreeMap<>();

    private final List<Unreadable> unreadable = new ArrayList<>();

    private final Set<Path> known = new HashSet<>();
    private int unopened;

    private TextFiles() {}

    /**
     * Lists files without reading them.
     *
     * @param named files, and folders to search
     * @return the files, ordered by document id
     * @throws Failure if one is not there, two get the same document id, or there is no file at all
     */
    static TextFiles of(List<Path> named) {
        TextFiles found = new TextFiles();
        named.forEach(found::collect);
        if (found.count() == 0) {
            throw new Failure(
                    ExitCode.NOTHING_TO_READ,
                    "there is no file to read in " + join(named)
                            + ": name a folder that has text files; hidden files and symbolic links are passed over");
        }
        return found;
    }

    private static String join(List<Path> paths) {
        return paths.stream().map(Path::toString).collect(Collectors.joining(", "));
    }

    private void collect(Path named) {
        try {
            Path root = named.toRealPath();
            Files.walkFileTree(root, new Walk(root));
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.NOTHING_TO_READ,
                    "there is no file or folder " + named + " that can be opened: check the path",
                    e);
        }
    }

    /** Passes over what is hidden and what is neither a file nor a folder. */
    private final class Walk extends SimpleFileVisitor<Path> {
        private final Path root;

        Walk(Path root) {
            this.root = root;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return isHidden(folder) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && !isHidden(file)) {
                add(root, file);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException cause) {
            unopened++;
            unreadable.add(new Unreadable(file, reason(cause)));
            return FileVisitResult.CONTINUE;
        }

        private boolean isHidden(Path path) {
            return !path.equals(root) && path.getFileName().toString().startsWith(".");
        }
    }

    private void add(Path root, Path file) {
        if (!known.add(file)) {
            return;
        }
        Path above = root.getParent();
        String id = (above == null ? root : above).relativize(file).toString();
        Path other = files.put(id, file);
        if (other != null) {
            throw new Failure(
                    ExitCode.USAGE,
                    other + " and " + file + " would both be the document " + id
                            + ": give --docs the folder that is above both");
        }
    }

    /** The number of files, readable or not. */
    int count() {
        return files.size() + unopened;
    }

    /** The file of a document. */
    Path file(String id) {
        return Objects.requireNonNull(files.get(id));
    }

    /** The ids of all documents, also of those that cannot be read. */
    Set<String> ids() {
        return Collections.unmodifiableSet(files.keySet());
    }

    /** The documents, each read when it is asked for; to be called once. What cannot be read is in {@link #unreadable()}. */
    Stream<Document> documents() {
        return files.entrySet().stream()
                .map(entry -> read(entry.getKey(), entry.getValue()))
                .flatMap(Optional::stream);
    }

    /** The files met so far that are no document. */
    List<Unreadable> unreadable() {
        return Collections.unmodifiableList(unreadable);
    }

    private Optional<Document> read(String id, Path file) {
        try {
            return Optional.of(new Document(id, text(file), Metadata.empty(), file.toString()));
        } catch (IOException e) {
            unreadable.add(new Unreadable(file, reason(e)));
        } catch (IllegalArgumentException e) {
            unreadable.add(new Unreadable(file, String.valueOf(e.getMessage())));
        }
        return Optional.empty();
    }

    private static String reason(IOException cause) {
        if (cause instanceof AccessDeniedException) {
            return "may not be opened: check its permissions";
        }
        String message = cause.getMessage();
        return message == null || cause instanceof FileSystemException
                ? "cannot be opened: " + cause.getClass().getSimpleName()
                : message;
    }

    private static String text(Path file) throws IOException {
        long size = Files.size(file);
        if (size > MOST_BYTES) {
            throw new IOException(
                    "has " + size + " bytes, more than the " + MOST_BYTES + " that one document may have: split it");
        }
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new IOException(
                    "is no UTF-8 text (byte " + bytes.position() + " cannot be read): binary, or to be converted first",
                    e);
        }
        int nul = text.indexOf('\0');
        if (nul >= 0) {
            throw new IOException("is binary: it has a NUL at character " + nul);
        }
        return text;
    }
}
