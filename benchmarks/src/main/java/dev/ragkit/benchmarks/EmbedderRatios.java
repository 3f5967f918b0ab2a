package dev.ragkit.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Texts embedded through the fake OpenAI server, which is in a process of its own: requests, throughput and what a client allocates,
 * beside what server and socket take alone. {@code java -cp benchmarks.jar dev.ragkit.benchmarks.EmbedderRatios [--quick]}.
 */
final class EmbedderRatios {
    private static final int TOKENS = 800;

    /** As many texts as a request may have by the server's limits: 375. */
    static final int REQUEST_TEXTS = RenderedEmbeddings.REQUEST_TOKENS / TOKENS;

    private static final int TEXTS = 10_000;
    private static final int ROUNDS = 9;

    private EmbedderRatios() {}

    /**
     * Measures the library.
     *
     * @param words the arguments
     */
    public static void main(String[] words) {
        Arguments arguments = Arguments.of(words);
        measure("embedder", arguments, List.of(new RagKitEmbedding(1), new RagKitEmbedding(4)));
    }

    /** Measures clients beside the bytes alone; the first is what the others are compared with. */
    static void measure(String table, Arguments arguments, List<EmbeddingClient> clients) {
        int count = arguments.quick() ? TEXTS / 5 : TEXTS;
        List<String> texts =
                IntStream.range(0, count).mapToObj(EmbedderRatios::text).toList();
        List<EmbeddingClient> all = new ArrayList<>(clients);
        all.add(new BareEmbedding(REQUEST_TEXTS));
        Results results = Results.start(
                table,
                Machine.about(arguments),
                "client",
                "texts",
                "requests",
                "fewest requests",
                "texts/s",
                "time to RagKit",
                "95 % range",
                "CPU us a text",
                "bytes an embedding",
                "by its vector");
        try (EmbeddingServer server = EmbeddingServer.start()) {
            List<EmbeddingDuel.Figures> figures =
                    new EmbeddingDuel(server, texts, arguments.quick() ? 3 : ROUNDS).run(all);
            figures.forEach(client -> add(results, count, client, figures.get(0)));
        }
        results.write(arguments.out());
    }

    private static void add(Results results, int count, EmbeddingDuel.Figures client, EmbeddingDuel.Figures first) {
        Duel.Figures turns = client.turns();
        results.add(
                turns.name(),
                count,
                client.requests(),
                (count + REQUEST_TEXTS - 1) / REQUEST_TEXTS,
                count * 1e6 / turns.p50(),
                Results.ratio(turns.ratioTo(first.turns())),
                Results.range(turns.rangeTo(first.turns())),
                client.cpu() / count,
                turns.bytes() / count,
                Results.ratio(turns.bytes() / count / (RenderedEmbeddings.DIMENSIONS * Float.BYTES)));
    }

    /** Made prose of exactly 800 tokens, as the server counts them. */
    private static String text(int row) {
        int length = TOKENS * RenderedEmbeddings.TOKEN_CHARACTERS;
        StringBuilder text = new StringBuilder(length + Texts.CHARACTERS);
        for (int part = 0; text.length() < length; part++) {
            text.append(Texts.of(row * 10 + part)).append(' ');
        }
        return text.substring(0, length);
    }
}
