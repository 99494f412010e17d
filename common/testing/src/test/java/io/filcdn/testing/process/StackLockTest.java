package io.filcdn.testing.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StackLockTest {

  @TempDir Path folder;

  @Test
  void oneSupervisorWorksOnAFolder() {
    DataFolder data = new DataFolder(folder);

    try (StackLock held = StackLock.take(data)) {
      assertThat(held).isNotNull();
      assertThatThrownBy(() -> StackLock.take(data))
          .isInstanceOf(StackFailure.class)
          .hasMessageStartingWith(
              "a stack (process %d) runs with the data in %s already"
                  .formatted(ProcessHandle.current().pid(), folder));
    }
    StackLock.take(data).close();

    assertThat(StackLock.supervisor(data).running()).isEmpty();
  }
}
