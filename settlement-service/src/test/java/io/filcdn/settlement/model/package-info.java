@NullMarked
package io.filcdn.settlement.model;

import org.jspecify.annotations.NullMarked;
