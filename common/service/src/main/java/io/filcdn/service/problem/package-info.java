/**
 * Errors of HTTP APIs as RFC 9457 problems: one form, and one place that makes it of exceptions.
 */
@NullMarked
package io.filcdn.service.problem;

import org.jspecify.annotations.NullMarked;
