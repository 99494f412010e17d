/** The accounts of the bytes: odometers, quota, settlement, and what could not be applied. */
@NullMarked
package io.filcdn.common.usage;

import org.jspecify.annotations.NullMarked;
