package dev.ragkit.pgvector;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs programs in a folder as a user whom PostgreSQL accepts: it refuses root.
 *
 * @param folder the current folder of the programs; the user owns it
 * @param prefix what stands before each command to become that user; empty unless this JVM is root's
 */
record OrdinaryUser(Path folder, List<String> prefix) {

    private static final List<String> CANDIDATES = List.of("postgres", "nobody");

    OrdinaryUser {
        prefix = List.copyOf(prefix);
    }

    /** Returns the user of this JVM or, if that is root, an ordinary one to whom the folder is given. */
    static OrdinaryUser owning(Path folder) throws IOException {
        boolean root = Files.getAttribute(folder, "unix:uid").equals(0);
        if (!root) {
            return new OrdinaryUser(folder, List.of());
        }
        UserPrincipal user = find(folder.getFileSystem().getUserPrincipalLookupService());
        Files.setOwner(folder, user);
        String group = Command.output(new ProcessBuilder("id", "-g", user.getName()));
        return new OrdinaryUser(
                folder, List.of("setpriv", "--reuid=" + user.getName(), "--regid=" + group, "--init-groups", "--"));
    }

    /** Returns the program, to be started without any setting of this JVM's environment that PostgreSQL reads. */
    ProcessBuilder program(String... command) {
        List<String> words = Stream.concat(prefix.stream(), Stream.of(command)).toList();
        ProcessBuilder program = new ProcessBuilder(words).directory(folder.toFile());
        program.environment().keySet().removeIf(name -> name.startsWith("PG") || name.startsWith("LC_"));
        program.environment().put("LC_ALL", "C");
        return program;
    }

    private static UserPrincipal find(UserPrincipalLookupService users) throws IOException {
        for (String name : CANDIDATES) {
            try {
                return users.lookupPrincipalByName(name);
            } catch (UserPrincipalNotFoundException e) {
                continue;
            }
        }
        throw new IllegalStateException(
                "PostgreSQL does not run as root, and this machine has none of the users " + CANDIDATES);
    }
}
