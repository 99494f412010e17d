/** The management API: calls of operators, and readiness. */
@NullMarked
package io.filcdn.retrieval.admin;

import org.jspecify.annotations.NullMarked;
