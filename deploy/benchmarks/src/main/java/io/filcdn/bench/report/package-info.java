/** What a benchmark found, for people and for machines. */
@NullMarked
package io.filcdn.bench.report;

import org.jspecify.annotations.NullMarked;
