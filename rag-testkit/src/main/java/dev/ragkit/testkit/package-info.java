/**
 * Contract suites that every implementation of a RagKit interface must pass, and fakes to test an application with.
 *
 * <p>A suite is an abstract class: extend it, hand it your implementation, and each sentence of the interface's Javadoc runs as a
 * test. Its tests cannot be overridden. Start at {@link dev.ragkit.testkit.VectorStoreContract},
 * {@link dev.ragkit.testkit.KeywordIndexContract}, {@link dev.ragkit.testkit.ChunkerContract},
 * {@link dev.ragkit.testkit.EmbedderContract}, {@link dev.ragkit.testkit.GeneratorContract} or
 * {@link dev.ragkit.testkit.RetrieverContract}. {@link dev.ragkit.testkit.FakeOpenAi} is a server to point any OpenAI client at.
 *
 * <p>Random tests print their seed; {@code -Dseed=} replays it.
 */
@NullMarked
package dev.ragkit.testkit;

import org.jspecify.annotations.NullMarked;
