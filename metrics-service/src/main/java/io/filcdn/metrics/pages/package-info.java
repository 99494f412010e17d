/** The pages for people, served beside the API. */
@NullMarked
package io.filcdn.metrics.pages;

import org.jspecify.annotations.NullMarked;
