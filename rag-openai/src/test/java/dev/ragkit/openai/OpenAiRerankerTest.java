package dev.ragkit.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragkit.Chunk;
import dev.ragkit.Hit;
import dev.ragkit.ModelException;
import dev.ragkit.Query;
import dev.ragkit.Reranker;
import dev.ragkit.testkit.FakeReply;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpenAiRerankerTest {
    private final Loopback loopback = Loopback.start();

    @AfterEach
    void close() {
        loopback.close();
    }

    private static List<Hit> hits(String... texts) {
        return IntStream.range(0, texts.length)
                .mapToObj(i -> Hit.of(Chunk.of("doc-" + i, 0, 0, texts[i]), "vector", 1.0 / (i + 1)))
                .toList();
    }

    @Test
    void bothDialectsPutTheBestFirstAndKeepTheEarlierScores() {
        List<Hit> hits = hits("nothing of it", "the longest river", "a river");
        List<Reranker> rerankers = List.of(
                OpenAiReranker.builder(loopback.connection(), "rerank-1").build(),
                OpenAiReranker.textEmbeddingsInference(loopback.connection()).build());
        for (Reranker reranker : rerankers) {
            List<Hit> found = reranker.rerank(Query.of("longest river"), hits);
            assertThat(found).extracting(hit -> hit.chunk().documentId()).containsExactly("doc-1", "doc-2", "doc-0");
            assertThat(found.get(0).scores()).containsEntry("vector", 0.5).containsEntry(Reranker.SCORE, 1.0);
        }
        assertThat(loopback.server().requests())
                .extracting(request -> request.body())
                .containsExactly(
                        "{\"model\":\"rerank-1\",\"query\":\"longest river\",\"documents\":[\"nothing of it\",\"the longest river\",\"a river\"]}",
                        "{\"query\":\"longest river\",\"texts\":[\"nothing of it\",\"the longest river\",\"a river\"]}");
    }

    @Test
    void manyCandidatesGoInSeveralRequests() {
        Reranker reranker = OpenAiReranker.textEmbeddingsInference(loopback.connection())
                .requestCandidates(2)
                .build();
        List<Hit> found = reranker.rerank(Query.of("river"), hits("a", "b", "river", "d", "river bed"));
        assertThat(found).hasSize(5);
        assertThat(found.get(0).chunk().text()).contains("river");
        assertThat(loopback.server().requests()).hasSize(3);
    }

    @Test
    void noCandidatesTakeNoRequest() {
        assertThat(OpenAiReranker.builder(loopback.connection(), "m").build().rerank(Query.of("x"), List.of()))
                .isEmpty();
        assertThat(loopback.server().requests()).isEmpty();
    }

    @Test
    void aReplyWithoutExactlyOneScoreEachIsRefused() {
        Reranker reranker = OpenAiReranker.builder(loopback.connection(), "m").build();
        List<String> wrong = List.of(
                "{\"results\":[{\"index\":0,\"relevance_score\":1}]}",
                "{\"results\":[{\"index\":0,\"relevance_score\":1},{\"index\":0,\"relevance_score\":1}]}",
                "{\"results\":[{\"index\":0,\"relevance_score\":1},{\"index\":2,\"relevance_score\":1}]}",
                "{\"results\":[{\"index\":0,\"relevance_score\":1},{\"index\":1}]}",
                "{\"results\":[{\"index\":0,\"relevance_score\":1},{\"index\":1,\"relevance_score\":1e999}]}",
                "{}",
                "<html>");
        for (String body : wrong) {
            loopback.server().reply(FakeReply.of(200, body));
            assertThatThrownBy(() -> reranker.rerank(Query.of("x"), hits("a", "b")))
                    .as(body)
                    .isInstanceOf(ModelException.class);
        }
    }
}
