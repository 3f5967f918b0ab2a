/** Retrieval-augmented generation: the domain, and everything above the wire. */
module dev.ragkit {
    requires static transitive org.jspecify;

    exports dev.ragkit;
    exports dev.ragkit.eval;
    exports dev.ragkit.intercept;
}
