package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.eclipse.microprofile.config.spi.Converter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an edge opens at its start, on disks that do not let it. */
class StoresTest {

  private static final int RESERVE = 1 << 20;

  @TempDir private Path data;

  @Test
  void theReserveIsMadeOfBytesAndGivenUpWhereTheStoresCannotBeOpened() throws IOException {
    Stores first = Stores.open(config());
    first.reserve().restore();
    close(first);
    assertThat(Files.readAllBytes(data.resolve("reserve"))).hasSize(RESERVE);

    Files.move(data.resolve("journal"), data.resolve("elsewhere"));
    Files.createFile(data.resolve("journal"));
    assertThatThrownBy(() -> Stores.open(config()))
        .isInstanceOf(Stores.UnusableException.class)
        .hasMessageContaining("journal");

    assertThat(data.resolve("reserve")).doesNotExist();
  }

  /** Nothing stays locked. */
  @Test
  void whatCouldNotBeOpenedIsOpenedLater() throws IOException {
    Files.createFile(data.resolve("journal"));
    for (int times = 0; times < 2; times++) {
      assertThatThrownBy(() -> Stores.open(config())).isInstanceOf(Stores.UnusableException.class);
    }
    Files.delete(data.resolve("journal"));

    Stores opened = Stores.open(config());

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
    stores.replica().close();
  }

  private RetrievalConfig.Edge config() {
    return new SmallRyeConfigBuilder()
        .withMapping(RetrievalConfig.class)
        .withConverters(new Converter<?>[] {new MemorySizeConverter(), new DurationConverter()})
        .withDefaultValues(
            Map.of(
                "filcdn.network",
                "devnet.json",
                "filcdn.retrieval.data",
                data.toString(),
                "filcdn.retrieval.disk-reserve",
                Integer.toString(RESERVE)))
        .build()
        .getConfigMapping(RetrievalConfig.class)
        .retrieval();
  }
}
