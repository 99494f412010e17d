/** The parts of the OpenAPI documents that are the same in every service. */
@NullMarked
package io.filcdn.service.openapi;

import org.jspecify.annotations.NullMarked;
