package dev.ragkit;

/**
 * Which version of a document a store holds. Nobody else keeps a ledger: what the store says is what there is.
 *
 * @param fingerprint as given to {@link VectorStore#replace} with the document
 * @param intact false where chunks of the document are missing, because somebody removed rows behind the store's back
 */
public record DocumentVersion(String fingerprint, boolean intact) {}
