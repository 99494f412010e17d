package io.filcdn.metrics.credits;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Operations of one call, done in their order.
 *
 * @param operations 1 to 1000
 */
public record OperationCall(List<OperationBody> operations) {

  static final int MOST = 1000;

  public OperationCall {
    int count = count(operations);
    if (count < 1 || count > MOST || operations.stream().anyMatch(Objects::isNull)) {
      throw new IllegalArgumentException(
          "expected 1 to %d operations, none of them null, found %d".formatted(MOST, count));
    }
    operations = List.copyOf(operations);
  }

  private static int count(@Nullable List<OperationBody> operations) {
    return operations == null ? 0 : operations.size();
  }
}
