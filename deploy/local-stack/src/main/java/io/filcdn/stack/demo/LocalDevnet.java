package io.filcdn.stack.demo;

import io.filcdn.testing.chain.Anvil;
import io.filcdn.testing.chain.Devnet;
import io.filcdn.testing.chain.DevnetContracts;
import io.filcdn.testing.provider.DemoProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A devnet of this machine: a chain that is kept in a folder between runs. While it is prepared,
 * each transaction gets a block at once; then blocks come by the clock, one an epoch, as on
 * Filecoin.
 */
public final class LocalDevnet {

  private static final Duration STATE_INTERVAL = Duration.ofSeconds(5);
  private static final int SLOTS_IN_AN_EPOCH = 1;
  private static final String CHAIN = "chain";

  private final Anvil anvil;
  private final Path folder;

  private LocalDevnet(Anvil anvil, Path folder) {
    this.anvil = anvil;
    this.folder = folder;
  }

  /** The file of the chain that {@code folder} keeps. */
  public static Path state(Path folder) {
    return folder.resolve(CHAIN).resolve("state.json");
  }

  /**
   * Starts the chain that {@code folder} keeps, or a new one.
   *
   * @param launched takes the process as soon as there is one
   */
  public static LocalDevnet start(Path folder, int port, Path log, Consumer<ProcessHandle> launched)
      throws IOException {
    Files.createDirectories(folder.resolve(CHAIN));
    Anvil.Options options =
        Anvil.Options.inMemory(log)
            .onPort(port)
            .keptIn(state(folder), STATE_INTERVAL)
            .withSlotsInAnEpoch(SLOTS_IN_AN_EPOCH);
    return new LocalDevnet(Anvil.start(options, launched), folder);
  }

  /**
   * The reason that the databases beside this chain cannot be kept: it lost what they know, or is
   * another one.
   *
   * @param indexer where the indexer's database is
   */
  public Optional<String> mismatch(String indexer) throws SQLException {
    if (anvil.origin() == Anvil.Origin.STATE_WAS_BROKEN) {
      return Optional.of("the chain's state was cut off in the middle of a write");
    }
    if (anvil.origin() == Anvil.Origin.RESUMED && DemoContent.read(contentFile()).isEmpty()) {
      return Optional.of("its demo content is not complete");
    }
    try (Devnet devnet = open()) {
      return IndexedBlock.last(indexer).flatMap(known -> known.missingFrom(devnet.rpc()));
    } catch (DevnetContracts.ForeignChain e) {
      return Optional.of("its chain has the contracts of another build");
    }
  }

  /** A connection of its own to the chain and its contracts. */
  public Devnet open() {
    return Devnet.at(anvil.rpcUrl());
  }

  /** Puts the demo's content on the chain, or finds it there. */
  public DemoContent content(DemoProvider provider) throws IOException {
    try (Devnet devnet = open()) {
      Optional<DemoContent> before = DemoContent.read(contentFile());
      DemoContent content =
          before.isPresent()
              ? before.get().movedTo(devnet, provider)
              : DemoContent.create(devnet, provider);
      return content.write(contentFile());
    }
  }

  /**
   * Lets blocks come by the clock from now on.
   *
   * @return the time of epoch 0, so that the epoch of any later moment is the newest block's number
   */
  public Instant runByTheClock(Duration epoch, Clock clock) {
    anvil.setIntervalMining(epoch);
    long head = anvil.rpc().blockNumber();
    return clock.instant().minus(epoch.multipliedBy(head));
  }

  private Path contentFile() {
    return folder.resolve("demo.json");
  }
}
