package dev.ragkit.pgvector;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The URL of a database, taken apart.
 *
 * @param server {@code jdbc:postgresql://host:port/}
 * @param database the name of the database, as it stands in the URL
 * @param parameters {@code name=value}, in their order, as they stand in the URL
 */
record JdbcUrl(String server, String database, List<String> parameters) {

    private static final Pattern FORM = Pattern.compile("(jdbc:postgresql://[^/?]+/)([^/?]+)(?:\\?(.*))?");

    JdbcUrl {
        parameters = List.copyOf(parameters);
    }

    static JdbcUrl parse(String url) {
        Matcher matcher = FORM.matcher(url);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "the URL must look like jdbc:postgresql://host:port/database?user=name&password=word");
        }
        String parameters = matcher.group(3);
        return new JdbcUrl(
                matcher.group(1), matcher.group(2), parameters == null ? List.of() : List.of(parameters.split("&")));
    }

    JdbcUrl withDatabase(String name) {
        return new JdbcUrl(server, encoded(name), parameters);
    }

    JdbcUrl withLogin(String user, String password) {
        Stream<String> others = parameters.stream().filter(each -> !each.matches("(user|password)=.*"));
        Stream<String> login = Stream.of("user=" + encoded(user), "password=" + encoded(password));
        return new JdbcUrl(server, database, Stream.concat(login, others).toList());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    @Override
    public String toString() {
        return server + database + (parameters.isEmpty() ? "" : "?" + String.join("&", parameters));
    }
}
