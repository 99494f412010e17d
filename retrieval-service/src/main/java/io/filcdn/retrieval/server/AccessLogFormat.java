package io.filcdn.retrieval.server;

/** The form of the lines of an access log. */
public enum AccessLogFormat {
  /** No line is written. */
  OFF,
  /** A JSON object a line. */
  JSON,
  /** The combined format of Apache, with some fields behind it. */
  COMBINED
}
