@NullMarked
package io.filcdn.service.kafka;

import org.jspecify.annotations.NullMarked;
