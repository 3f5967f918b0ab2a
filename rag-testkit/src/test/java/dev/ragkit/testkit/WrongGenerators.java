package dev.ragkit.testkit;

import dev.ragkit.Completion;
import dev.ragkit.Generator;
import dev.ragkit.Prompt;
import dev.ragkit.TokenUsage;
import java.util.List;
import java.util.function.Consumer;

/** Generators that are wrong in one way each. */
final class WrongGenerators {
    private static final String REPLY = "The river runs through the valley.";

    private WrongGenerators() {}

    /** A generator that is right where it is not overridden. */
    static class Rewritten implements Generator {
        @Override
        public Completion generate(Prompt prompt) {
            return completion(REPLY);
        }

        @Override
        public Completion generate(Prompt prompt, Consumer<String> onText) {
            Completion completion = generate(prompt);
            stream(List.of(completion.text().split("(?<= )", -1)), onText);
            return completion;
        }

        void stream(List<String> pieces, Consumer<String> onText) {
            pieces.forEach(onText);
        }

        static Completion completion(String text) {
            return new Completion(text, Completion.Finish.STOP, TokenUsage.NONE, "wrong");
        }
    }

    /** The suite over a wrong generator. */
    abstract static class WrongGenerator extends GeneratorContract {
        private final Generator wrong;

        WrongGenerator(Generator wrong) {
            this.wrong = wrong;
        }

        @Override
        protected Generator generator() {
            return wrong;
        }
    }

    @CaughtBy({"aPromptGivesACompletion", "piecesPutTogetherAreTheText"})
    static final class NeedsPassages extends WrongGenerator {
        NeedsPassages() {
            super(new Rewritten() {
                @Override
                public Completion generate(Prompt prompt) {
                    return completion(prompt.passages().get(0).hit().chunk().text());
                }
            });
        }
    }

    @CaughtBy("piecesPutTogetherAreTheText")
    static final class StreamsWithoutTheLastPiece extends WrongGenerator {
        StreamsWithoutTheLastPiece() {
            super(new Rewritten() {
                @Override
                void stream(List<String> pieces, Consumer<String> onText) {
                    super.stream(pieces.subList(0, pieces.size() - 1), onText);
                }
            });
        }
    }

    @CaughtBy("piecesPutTogetherAreTheText")
    static final class StreamsWithoutSpaces extends WrongGenerator {
        StreamsWithoutSpaces() {
            super(new Rewritten() {
                @Override
                void stream(List<String> pieces, Consumer<String> onText) {
                    super.stream(pieces.stream().map(String::strip).toList(), onText);
                }
            });
        }
    }

    @CaughtBy("allPiecesComeBeforeTheCallReturns")
    static final class StreamsLate extends WrongGenerator {
        StreamsLate() {
            super(new Rewritten() {
                private Runnable late = () -> {};

                @Override
                public Completion generate(Prompt prompt) {
                    late.run();
                    late = () -> {};
                    return super.generate(prompt);
                }

                @Override
                void stream(List<String> pieces, Consumer<String> onText) {
                    int last = pieces.size() - 1;
                    super.stream(pieces.subList(0, last), onText);
                    late = () -> onText.accept(pieces.get(last));
                }
            });
        }
    }

    @CaughtBy({"piecesComeOnTheThreadOfTheCaller", "whatTheConsumerThrowsEndsTheCallAndReachesTheCaller"})
    static final class StreamsOnAnotherThread extends WrongGenerator {
        StreamsOnAnotherThread() {
            super(new Rewritten() {
                @Override
                void stream(List<String> pieces, Consumer<String> onText) {
                    Thread thread = new Thread(() -> super.stream(pieces, onText));
                    thread.setUncaughtExceptionHandler((any, thrown) -> {});
                    thread.start();
                    try {
                        thread.join();
                    } catch (InterruptedException interrupt) {
                        Thread.currentThread().interrupt();
                    }
                }
            });
        }
    }

    @CaughtBy("whatTheConsumerThrowsEndsTheCallAndReachesTheCaller")
    static final class SwallowsWhatTheConsumerThrows extends WrongGenerator {
        SwallowsWhatTheConsumerThrows() {
            super(new Rewritten() {
                @Override
                void stream(List<String> pieces, Consumer<String> onText) {
                    try {
                        super.stream(pieces, onText);
                    } catch (IllegalStateException swallowed) {
                        return;
                    }
                }
            });
        }
    }

    @CaughtBy("withoutPassagesNothingIsCited")
    static final class CitesWhatWasNotFound extends WrongGenerator {
        CitesWhatWasNotFound() {
            super(new Rewritten() {
                @Override
                public Completion generate(Prompt prompt) {
                    return completion(REPLY + " [1]");
                }
            });
        }
    }

    @CaughtBy("severalThreadsMayUseOneGenerator")
    static final class ForOneThread extends WrongGenerator {
        ForOneThread() {
            super(new Rewritten() {
                private final Thread owner = Thread.currentThread();

                @Override
                void stream(List<String> pieces, Consumer<String> onText) {
                    super.stream(Thread.currentThread() == owner ? pieces : pieces.subList(0, 1), onText);
                }
            });
        }
    }

    @CaughtBy("anInterruptEndsTheCallOrIsLeftSet")
    static final class ClearsTheInterruptFlag extends WrongGenerator {
        ClearsTheInterruptFlag() {
            super(new Rewritten() {
                @Override
                public Completion generate(Prompt prompt) {
                    Thread.interrupted();
                    return super.generate(prompt);
                }
            });
        }
    }
}
