package io.filcdn.acceptance;

/** One request, and what its client takes of the answer. */
interface Exchange extends AutoCloseable {

  /**
   * Takes the body up to about its byte {@code most}, or until nothing comes for so long; also
   * where no head does.
   */
  Exchange takeUntilQuiet(long most, int millis);

  /** True where the head of an answer has come. */
  boolean isAnswered();

  /** The answer as far as it was taken; once. */
  Download download();

  /** Leaves before the end, and without a word. */
  void leave();

  @Override
  void close();
}
