package io.filcdn.sbom;

/** The severity of a hole, by the words of CVSS; an unrated one counts as {@link #HIGH}. */
public enum Severity {
  LOW,
  MEDIUM,
  HIGH,
  CRITICAL;

  /** Whether a build with such a hole fails. */
  public boolean failsBuild() {
    return compareTo(HIGH) >= 0;
  }
}
