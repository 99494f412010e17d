package io.filcdn.service.start;

/** A thing that runs elsewhere and that a service needs. */
interface Dependency {

  /** Its name and where it is, without credentials, as in {@code Postgres at db:5432/metrics}. */
  String text();

  /**
   * Asks for it once; takes some seconds at most.
   *
   * @throws UnusableSettingException where waiting would not help
   */
  Answer ask();

  /** The outcome of an attempt to reach it. */
  sealed interface Answer {

    /** A dependency that is there. */
    record Present() implements Answer {}

    /**
     * A dependency that is not there yet; the service cannot start before it is.
     *
     * @param reason what was found instead, in one line
     */
    record Absent(String reason) implements Answer {}

    /**
     * A dependency that is not there yet; the service starts, and is not ready before it is.
     *
     * @param reason what was found instead, in one line
     */
    record Late(String reason) implements Answer {}
  }
}
