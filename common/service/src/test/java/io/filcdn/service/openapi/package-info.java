@NullMarked
package io.filcdn.service.openapi;

import org.jspecify.annotations.NullMarked;
