package io.filcdn.settlement.submission;

/**
 * The configuration of submissions.
 *
 * @param dryRun plans are told, but nothing is signed and nothing sent
 */
public record SubmissionConfig(boolean dryRun) {}
