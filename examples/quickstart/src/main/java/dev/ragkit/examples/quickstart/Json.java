package dev.ragkit.examples.quickstart;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragkit.Answer;
import dev.ragkit.Citation;
import dev.ragkit.IngestReport;

/** Writes results for programs to read: one object. */
final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    static String of(Answer answer, Ingested ingested, Timings timings) {
        ObjectNode result = MAPPER.createObjectNode();
        result.put("answer", answer.text());
        ArrayNode citations = result.putArray("citations");
        answer.citations().forEach(citation -> write(citation, citations.addObject()));
        write(ingested, result.putObject("report"));
        write(timings, result.putObject("timings"));
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

    private static void write(Timings timings, ObjectNode node) {
        node.put("load_ms", timings.load().toMillis())
                .put("ingest_ms", timings.ingest().toMillis())
                .put("answer_ms", timings.answer().toMillis())
                .put("total_ms", timings.total().toMillis());
    }
}
