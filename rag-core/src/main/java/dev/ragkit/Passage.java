package dev.ragkit;

/**
 * A hit as it stands in a prompt.
 *
 * @param marker what a reply writes to cite it, such as {@code [1]}
 * @param hit the hit
 */
public record Passage(String marker, Hit hit) {}
