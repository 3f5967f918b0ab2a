package dev.ragkit.openai;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/** The key and who it belongs to. The key is asked for anew for each request. Safe for use by several threads. */
final class Credentials {
    /** As much of a key as may be taken for the key. */
    private static final int TELLING = 12;

    private final @Nullable Supplier<String> key;
    private final Endpoint.KeyHeader header;
    private final String organization;
    private final String project;

    Credentials(@Nullable Supplier<String> key, Endpoint.KeyHeader header, String organization, String project) {
        this.key = key;
        this.header = header;
        this.organization = organization;
        this.project = project;
    }

    /** The key of now, empty where there is none. */
    String key() {
        if (key == null) {
            return "";
        }
        String now = key.get();
        if (now == null || now.isBlank() || !isPlain(now)) {
            throw new IllegalStateException(
                    "the supplier of the key gave nothing, or something with blanks or characters that no header may hold");
        }
        return now;
    }

    /** Visible ASCII: all that RFC 9110, section 5.5, allows in a header and a key may consist of. */
    static boolean isPlain(String value) {
        return value.chars().allMatch(c -> c > ' ' && c < 127);
    }

    void sign(Request.Builder request, String keyOfNow) {
        if (!keyOfNow.isEmpty()) {
            if (header == Endpoint.KeyHeader.BEARER) {
                request.header("Authorization", "Bearer " + keyOfNow);
            } else {
                request.header("api-key", keyOfNow);
            }
        }
        if (!organization.isEmpty()) {
            request.header("OpenAI-Organization", organization);
        }
        if (!project.isEmpty()) {
            request.header("OpenAI-Project", project);
        }
    }

    /** A text of the other side without the key, be it plain, in Base64, URL-encoded, or its first {@value #TELLING} characters. */
    static String redacted(String text, String key) {
        if (key.isEmpty()) {
            return text;
        }
        List<String> forms = new ArrayList<>();
        String encoded = Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
        forms.add(key);
        forms.add(encoded);
        forms.add(HttpUrl.get("https://localhost/")
                .newBuilder()
                .addPathSegment(key)
                .build()
                .encodedPath()
                .substring(1));
        forms.add(java.net.URLEncoder.encode(key, StandardCharsets.UTF_8));
        if (key.length() > TELLING) {
            forms.add(key.substring(0, TELLING));
            forms.add(encoded.substring(0, TELLING));
        }
        forms.sort(Comparator.comparingInt(String::length).reversed());
        String clean = text;
        for (String form : forms) {
            clean = Pattern.compile(Pattern.quote(form), Pattern.CASE_INSENSITIVE)
                    .matcher(clean)
                    .replaceAll(Matcher.quoteReplacement("***"));
        }
        return clean;
    }
}
