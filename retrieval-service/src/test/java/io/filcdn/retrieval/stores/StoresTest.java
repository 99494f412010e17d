package io.filcdn.retrieval.stores;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an edge opens at its start, on disks that do not let it. */
class StoresTest {

  private static final int RESERVE = 1 << 20;

  @TempDir private Path data;

  @Test
  void theReserveIsMadeOfBytesAndGivenUpWhereTheStoresCannotBeOpened() throws IOException {
    Stores first = Stores.open(rules());
    first.reserve().restore();
    close(first);
    assertThat(Files.readAllBytes(data.resolve("reserve"))).hasSize(RESERVE);

    Files.move(data.resolve("journal"), data.resolve("elsewhere"));
    Files.createFile(data.resolve("journal"));
    assertThatThrownBy(() -> Stores.open(rules()))
        .isInstanceOf(Stores.UnusableException.class)
        .hasMessageContaining("journal");

    assertThat(data.resolve("reserve")).doesNotExist();
  }

  /** Nothing stays locked. */
  @Test
  void whatCouldNotBeOpenedIsOpenedLater() throws IOException {
    Files.createFile(data.resolve("journal"));
    for (int times = 0; times < 2; times++) {
      assertThatThrownBy(() -> Stores.open(rules())).isInstanceOf(Stores.UnusableException.class);
    }
    Files.delete(data.resolve("journal"));

    Stores opened = Stores.open(rules());

    assertThat(opened.journal().size()).isZero();
    close(opened);
  }

  @Test
  void aReserveThatDoesNotFitIsNotMade() {
    DiskReserve tooLarge = new DiskReserve(data.resolve("reserve"), Long.MAX_VALUE / 2);

    tooLarge.restore();

    assertThat(data.resolve("reserve")).doesNotExist();
    assertThat(tooLarge.release()).isZero();
  }

  private static void close(Stores stores) {
    stores.journal().close();
    stores.denylist().close();
    stores.trees().close();
    stores.access().close();
    stores.replica().close();
  }

  private Stores.Rules rules() {
    return new Stores.Rules(data, RESERVE, "edge", 1 << 20, 1000);
  }
}
