@NullMarked
package io.filcdn.settlement.batch;

import org.jspecify.annotations.NullMarked;
