package io.filcdn.testing.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ArgumentsTest {

  private static final Set<String> WITH_VALUE = Set.of("--data", "--port-base");
  private static final Set<String> WITHOUT = Set.of("--fresh");

  @Test
  void valuesFlagsAndOperandsAreToldApart() {
    assertThat(read("--data", "a b", "one", "--port-base=0", "--fresh", "--", "--two"))
        .isEqualTo(
            new Arguments(
                Map.of("--data", "a b", "--port-base", "0"),
                Set.of("--fresh"),
                List.of("one", "--two")));
  }

  @Test
  void aValueMayHoldAnEqualsSign() {
    assertThat(read("--data=a=b").value("--data")).contains("a=b");
  }

  @Test
  void anUnknownOptionIsRefused() {
    assertThatThrownBy(() -> read("--frsh"))
        .isInstanceOf(StackFailure.class)
        .hasMessage(
            "up: expected a known option, found --frsh; ./filcdn up --help lists the options");
    assertThatThrownBy(() -> read("--fresh=yes")).hasMessageContaining("found --fresh=yes");
  }

  @Test
  void aMissingValueIsTold() {
    assertThatThrownBy(() -> read("--fresh", "--data"))
        .hasMessageContaining("expected a value after --data");
  }

  private static Arguments read(String... words) {
    return Arguments.read("up", List.of(words), WITH_VALUE, WITHOUT);
  }
}
