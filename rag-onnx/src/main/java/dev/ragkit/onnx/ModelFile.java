package dev.ragkit.onnx;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Where a file of a model is read from: the file system or the class path. Nothing is read before an embedder is built.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class ModelFile {
    private interface Source {
        InputStream open() throws IOException;
    }

    private final String name;
    private final Source source;

    private ModelFile(String name, Source source) {
        this.name = name;
        this.source = source;
    }

    /**
     * A file of the file system.
     *
     * @param path the file
     * @return where to read it
     */
    public static ModelFile of(Path path) {
        return new ModelFile("the file " + path, () -> Files.newInputStream(path));
    }

    /**
     * A file on the class path, such as one in a model's jar. The context class loader of the thread that builds the embedder is
     * asked first, then the class loader of this library.
     *
     * @param name the path from the root of the class path, with or without a leading slash
     * @return where to read it
     * @throws IllegalArgumentException if the name is blank
     */
    public static ModelFile resource(String name) {
        String path = name.startsWith("/") ? name.substring(1) : name;
        if (path.isBlank()) {
            throw new IllegalArgumentException("the name of a class-path resource must not be blank");
        }
        return new ModelFile("the class-path resource " + path, () -> openResource(path));
    }

    /** Opens the file; a {@link FileNotFoundException} or {@link NoSuchFileException} says that there is none. */
    InputStream open() throws IOException {
        return source.open();
    }

    private static InputStream openResource(String path) throws IOException {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        InputStream in = context == null ? null : context.getResourceAsStream(path);
        if (in == null) {
            in = ModelFile.class.getResourceAsStream("/" + path);
        }
        if (in == null) {
            throw new FileNotFoundException("there is no class-path resource " + path);
        }
        return in;
    }

    /** Says where the file is read from. */
    @Override
    public String toString() {
        return name;
    }
}
