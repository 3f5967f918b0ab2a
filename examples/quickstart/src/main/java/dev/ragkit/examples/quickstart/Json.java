package dev.ragkit.examples.quickstart;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragkit.Answer;
import dev.ragkit.Citation;
import dev.ragkit.IngestReport;
import dev.ragkit.TokenUsage;
import dev.ragkit.intercept.Account;
import dev.ragkit.intercept.Spent;
import java.util.Map;

/** Writes results for programs to read: one object. */
final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    static String of(Answer answer, Ingested ingested, Timings timings, Map<Account, Spent> totals) {
        ObjectNode result = MAPPER.createObjectNode();
        result.put("answer", answer.text());
        ArrayNode citations = result.putArray("citations");
        answer.citations().forEach(citation -> write(citation, citations.addObject()));
        write(ingested, result.putObject("report"));
        write(timings, result.putObject("timings"));
        totals.forEach((account, spent) -> write(answer, account, spent, result.putObject("model")));
        return result.toPrettyString();
    }

    private static void write(Citation citation, ObjectNode node) {
        node.put("marker", citation.marker())
                .put("file", ShownPath.of(citation.source()))
                .put("start", citation.start())
                .put("end", citation.end())
                .put("quote", citation.quote())
                .put("score", citation.hit().score());
    }

    private static void write(Ingested ingested, ObjectNode node) {
        IngestReport report = ingested.report();
        node.put("added", report.added())
                .put("updated", report.updated())
                .put("unchanged", report.unchanged())
                .put("restored", report.restored())
                .put("deleted", ingested.deleted())
                .put("failed", ingested.failed().size())
                .put("embedded", report.embedded());
        ArrayNode failures = node.putArray("failures");
        ingested.failed()
                .forEach(failed -> failures.addObject()
                        .put("file", ShownPath.of(failed.file().toString()))
                        .put("reason", failed.reason()));
    }

    private static void write(Answer answer, Account account, Spent spent, ObjectNode node) {
        TokenUsage usage = spent.usage();
        node.put("name", account.model())
                .put("finish", answer.completion().finish().name())
                .put("calls", spent.calls())
                .put("tokens_read", usage.input())
                .put("tokens_read_from_cache", usage.cachedInput())
                .put("tokens_written", usage.output())
                .put("cost_usd", spent.cost().isKnown() ? spent.cost().known() : null);
        answer.rejected().forEach(node.putArray("rejected")::add);
    }

    private static void write(Timings timings, ObjectNode node) {
        node.put("load_ms", timings.load().toMillis())
                .put("ingest_ms", timings.ingest().toMillis())
                .put("answer_ms", timings.answer().toMillis())
                .put("total_ms", timings.total().toMillis());
    }
}
