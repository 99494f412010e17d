package io.filcdn.testing.chain;

import io.filcdn.testing.process.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.web3j.utils.Numeric;

/**
 * A running anvil: the chain node of the devnet, as a child process started from npm's native
 * binary.
 *
 * <p>It runs the Shanghai rules. They are the nearest to Filecoin's EVM, and from Cancun on anvil
 * writes two ring buffers of 8,191 entries block by block and rehashes them: 1,000 empty blocks
 * take 0.02 s here and 7 s there, and the devnet has to jump over days. For the same reason it
 * keeps only the last few states ({@link Options#statesKept}): a state holds every block hash so
 * far, so many states of a long chain fill the memory.
 *
 * <p>What survives in the state file, as observed with anvil 1.7.1:
 *
 * <ul>
 *   <li>after {@link #close}: everything at the head; blocks and their hashes, transactions,
 *       receipts, and logs through the whole chain's {@code eth_getLogs}. Not the states of earlier
 *       blocks: {@code eth_call} and {@code eth_getBalance} there, the finalized block included,
 *       answer BlockOutOfRangeError. A resumed node therefore first mines as many blocks as make
 *       the resumed head final;
 *   <li>after a kill -9: the same, as of the last write, at most {@link Options#stateInterval}
 *       earlier. The chain is then behind what others have seen of it, and transactions since are
 *       gone without a trace;
 *   <li>after a kill -9 in the middle of a write, which is not atomic: nothing. The cut-off file is
 *       set aside with the suffix {@code .broken} and the node begins anew; {@link #origin} tells.
 * </ul>
 *
 * <p>Block times: a new chain's come from {@link Options#genesis}, a resumed chain's from the
 * clock.
 *
 * <p>Thread-safe; the process also ends with this JVM.
 */
public final class Anvil implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofMinutes(5);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
  private static final int BAD_ARGUMENT = 2;
  private static final int ATTEMPTS = 3;
  private static final Duration SHORTEST_BLOCK_TIME = Duration.ofSeconds(3);

  private final Process process;
  private final ChainRpc rpc;
  private final Origin origin;
  private final Thread atExit = new Thread(this::stopProcess, "anvil-at-exit");

  /** The source of a started node's chain. */
  public enum Origin {
    /** There was no state file. */
    NEW,
    /** The state file was read. */
    RESUMED,
    /** There was a state file that anvil could not read; it is set aside, and the chain is new. */
    STATE_WAS_BROKEN
  }

  /**
   * The options that a node is started with.
   *
   * @param binary anvil itself; see {@link Anvil#binary}
   * @param port 0 takes a free one
   * @param stateFile where the chain is kept between runs, or null to forget it
   * @param stateInterval how often the state file is written while running; it grows by 1.4 kB a
   *     block and is written whole
   * @param blockTime time between blocks; zero mines a block for each transaction at once and no
   *     others. Below three seconds anvil keeps 1,500 states whatever it is told, and takes
   *     gigabytes within hours: refused
   * @param atOnce with a block time, whether a transaction gets a block at once all the same
   * @param genesis time of block 0 of a new chain, or null for now
   * @param slotsInAnEpoch finalized = head − 2 × this, safe = head − this
   * @param statesKept how many past blocks can be called on (eth_call, eth_getBalance); each costs
   *     memory and time
   * @param log where the node's complaints go
   */
  public record Options(
      Path binary,
      int port,
      @Nullable Path stateFile,
      Duration stateInterval,
      Duration blockTime,
      boolean atOnce,
      @Nullable Instant genesis,
      int slotsInAnEpoch,
      int statesKept,
      Path log) {
    private static final int SPARE_STATES = 6;

    public Options {
      checkBlockTime(blockTime);
    }

    static void checkBlockTime(Duration time) {
      if (!time.isZero() && time.compareTo(SHORTEST_BLOCK_TIME) < 0) {
        throw new IllegalArgumentException(
            "a block every %s is too often: anvil needs %s, or none"
                .formatted(time, SHORTEST_BLOCK_TIME));
      }
    }

    /** An instant-mining chain on a free port that is forgotten at its end. */
    public static Options inMemory(Path log) {
      Path binary = Anvil.binary();
      return new Options(
          binary,
          0,
          null,
          Duration.ofSeconds(5),
          Duration.ZERO,
          false,
          null,
          1,
          2 + SPARE_STATES,
          log);
    }

    public Options onPort(int chosen) {
      return new Options(
          binary,
          chosen,
          stateFile,
          stateInterval,
          blockTime,
          atOnce,
          genesis,
          slotsInAnEpoch,
          statesKept,
          log);
    }

    public Options keptIn(Path file, Duration interval) {
      return new Options(
          binary,
          port,
          file,
          interval,
          blockTime,
          atOnce,
          genesis,
          slotsInAnEpoch,
          statesKept,
          log);
    }

    /** Transactions wait for the next block. */
    public Options withBlockEvery(Duration time) {
      return new Options(
          binary,
          port,
          stateFile,
          stateInterval,
          time,
          false,
          genesis,
          slotsInAnEpoch,
          statesKept,
          log);
    }

    /** A block every so often, and one for each transaction at once. */
    public Options withBlocksEveryAndAtOnce(Duration time) {
      return new Options(
          binary,
          port,
          stateFile,
          stateInterval,
          time,
          true,
          genesis,
          slotsInAnEpoch,
          statesKept,
          log);
    }

    public Options withGenesisAt(Instant time) {
      return new Options(
          binary,
          port,
          stateFile,
          stateInterval,
          blockTime,
          atOnce,
          time,
          slotsInAnEpoch,
          statesKept,
          log);
    }

    /** Also keeps the states back to the finalized block, and a few more. */
    public Options withSlotsInAnEpoch(int slots) {
      return new Options(
          binary,
          port,
          stateFile,
          stateInterval,
          blockTime,
          atOnce,
          genesis,
          slots,
          2 * slots + SPARE_STATES,
          log);
    }

    /** Only the newest block can be called on; long jumps are ten times as quick. */
    public Options withoutPastStates() {
      return new Options(
          binary,
          port,
          stateFile,
          stateInterval,
          blockTime,
          atOnce,
          genesis,
          slotsInAnEpoch,
          0,
          log);
    }

    /** The number of blocks by which the finalized one lies behind the head. */
    public int finalityDepth() {
      return 2 * slotsInAnEpoch;
    }

    private boolean hasState() {
      return stateFile != null && Files.exists(stateFile);
    }
  }

  private Anvil(Process process, ChainRpc rpc, Origin origin) {
    this.process = process;
    this.rpc = rpc;
    this.origin = origin;
  }

  /**
   * Starts a node and returns once it answers.
   *
   * @throws AnvilFailure where it does not come up, with what it said
   */
  public static Anvil start(Options options) {
    Anvil anvil = start(options, _ -> {});
    Runtime.getRuntime().addShutdownHook(anvil.atExit);
    return anvil;
  }

  /**
   * As above, for a caller who sees to the process's end, also where this JVM does not live to.
   *
   * @param launched takes the process as soon as there is one; another one where that failed
   */
  public static Anvil start(Options options, Consumer<ProcessHandle> launched) {
    Origin origin = options.hasState() ? Origin.RESUMED : Origin.NEW;
    for (int attempt = 1; ; attempt++) {
      int port = freePort(options.port());
      Process process = launch(options, port);
      launched.accept(process.toHandle());
      ChainRpc rpc = new ChainRpc("http://127.0.0.1:" + port);
      if (awaitAnswer(process, rpc)) {
        Anvil anvil = new Anvil(process, rpc, origin);
        if (origin == Origin.RESUMED) {
          anvil.mine(options.finalityDepth() + 1L);
        }
        return anvil;
      }
      rpc.close();
      if (process.exitValue() == BAD_ARGUMENT && options.hasState()) {
        setAside(options);
        origin = Origin.STATE_WAS_BROKEN;
      } else if (options.port() != 0 || attempt == ATTEMPTS) {
        throw new AnvilFailure(
            "anvil did not start on port %d: %s".formatted(port, lastWords(options.log())));
      }
    }
  }

  /**
   * The native anvil that npm put under a {@code node_modules} near this module's classes or the
   * working directory.
   *
   * @throws AnvilFailure where there is none
   */
  public static Path binary() {
    String platform = npmPlatform();
    Path inModules = Path.of("node_modules", "@foundry-rs", "anvil-" + platform, "bin", "anvil");
    for (Path start : List.of(ownLocation(), Path.of("").toAbsolutePath())) {
      for (Path folder = start; folder != null; folder = folder.getParent()) {
        for (Path home : List.of(folder, folder.resolve("common/testing"))) {
          Path candidate = home.resolve(inModules);
          if (Files.isExecutable(candidate)) {
            return candidate;
          }
        }
      }
    }
    throw new AnvilFailure(
        "no anvil for %s is installed: run npm ci in common/testing".formatted(platform));
  }

  public long pid() {
    return process.pid();
  }

  public String rpcUrl() {
    return rpc.url();
  }

  public ChainRpc rpc() {
    return rpc;
  }

  public Origin origin() {
    return origin;
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Adds blocks; the first takes what is in the pool. A month of 86,400 takes some 15 s where the
   * devnet's contracts are, without past states.
   */
  public void mine(long blocks) {
    rpc.call("anvil_mine", quantity(blocks));
  }

  /** As {@link #mine(long)}, with the block times that far apart. */
  public void mine(long blocks, Duration apart) {
    rpc.call("anvil_mine", quantity(blocks), quantity(apart.toSeconds()));
  }

  /** Mines until the newest block has this number. */
  public void mineTo(long blockNumber) {
    long missing = blockNumber - rpc.blockNumber();
    if (missing < 0) {
      throw new IllegalArgumentException(
          "the chain is %d blocks past %d already".formatted(-missing, blockNumber));
    }
    if (missing > 0) {
      mine(missing);
    }
  }

  /**
   * Replaces the newest blocks by as many empty ones. Their transactions are forgotten, not put
   * back in the pool as Lotus would, and finalized blocks go as well if the depth says so.
   */
  public void reorg(int depth) {
    rpc.call("anvil_reorg", depth, List.of());
  }

  /** Takes the newest blocks away without replacement. */
  public void rollback(int depth) {
    rpc.call("anvil_rollback", depth);
  }

  /** With false, transactions wait in the pool for {@link #mine}. */
  public void setAutomine(boolean on) {
    rpc.call("evm_setAutomine", on);
  }

  /** Mines a block every so often from now on, three seconds or more; zero stops that. */
  public void setIntervalMining(Duration time) {
    Options.checkBlockTime(time);
    rpc.call("evm_setIntervalMining", time.toSeconds());
  }

  /** Remembers the chain as it is, for one {@link #revertTo}. */
  public String snapshot() {
    return rpc.call("evm_snapshot").asString();
  }

  /** Puts the chain back to the snapshot, blocks and all; the snapshot is used up. */
  public void revertTo(String snapshot) {
    if (!rpc.call("evm_revert", snapshot).asBoolean()) {
      throw new AnvilFailure("no snapshot " + snapshot + " to revert to");
    }
  }

  /** Takes a transaction out of the pool as if it had never come. */
  public void drop(String transactionHash) {
    rpc.call("anvil_dropTransaction", transactionHash);
  }

  /** Lets eth_sendTransaction speak for an address without its key. */
  public void impersonate(String address) {
    rpc.call("anvil_impersonateAccount", address);
  }

  /** Sets what an account holds of the native token. */
  public void setBalance(String address, BigInteger attoFil) {
    rpc.call("anvil_setBalance", address, Numeric.encodeQuantity(attoFil));
  }

  /** Ends the node and waits until it has written its state file. */
  @Override
  public void close() {
    stopProcess();
    rpc.close();
    if (!Thread.currentThread().equals(atExit)) {
      Runtime.getRuntime().removeShutdownHook(atExit);
    }
  }

  /** Ends the node as kill -9 does: nothing is written. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd(STOP_LIMIT);
    close();
  }

  private void stopProcess() {
    process.destroy();
    if (!awaitEnd(STOP_LIMIT)) {
      process.destroyForcibly();
    }
  }

  private boolean awaitEnd(Duration limit) {
    try {
      return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static Process launch(Options options, int port) {
    List<String> command =
        new ArrayList<>(
            List.of(
                options.binary().toString(),
                "--quiet",
                "--host=127.0.0.1",
                "--port=" + port,
                "--chain-id=" + DevnetContracts.CHAIN_ID,
                "--hardfork=shanghai",
                "--gas-limit=10000000000",
                "--slots-in-an-epoch=" + options.slotsInAnEpoch(),
                options.statesKept() == 0
                    ? "--prune-history"
                    : "--prune-history=" + options.statesKept()));
    if (!options.blockTime().isZero()) {
      command.add("--block-time=" + options.blockTime().toMillis() / 1000.0);
      if (options.atOnce()) {
        command.add("--mixed-mining");
      }
    }
    if (options.stateFile() != null) {
      command.add("--state=" + options.stateFile());
      command.add("--state-interval=" + Math.max(1, options.stateInterval().toSeconds()));
    }
    if (options.genesis() != null && !options.hasState()) {
      // with a state file it would set the clock back to genesis, and block times with it
      command.add("--timestamp=" + options.genesis().getEpochSecond());
    }
    try {
      Files.createDirectories(options.log().toAbsolutePath().getParent());
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.to(options.log().toFile()))
          .start();
    } catch (IOException e) {
      throw new AnvilFailure("cannot start " + options.binary(), e);
    }
  }

  private static boolean awaitAnswer(Process process, ChainRpc rpc) {
    long limit = System.nanoTime() + START_LIMIT.toNanos();
    while (process.isAlive()) {
      try {
        rpc.blockNumber();
        return process.isAlive(); // else another process answers on this port
      } catch (UncheckedIOException e) {
        if (System.nanoTime() - limit > 0) {
          process.destroyForcibly();
          throw new AnvilFailure(
              "anvil did not answer at %s within %s".formatted(rpc.url(), START_LIMIT), e);
        }
        pause();
      }
    }
    return false;
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(10);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AnvilFailure("interrupted while anvil was starting", e);
    }
  }

  private static void setAside(Options options) {
    Path file = options.stateFile();
    if (file == null) {
      return;
    }
    try {
      Files.move(
          file,
          file.resolveSibling(file.getFileName() + ".broken"),
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot set aside " + file, e);
    }
  }

  private static String lastWords(Path log) {
    try {
      return Files.readString(log).strip();
    } catch (IOException e) {
      return "it left no log at " + log;
    }
  }

  /**
   * The port asked for, or any; refused while something listens there, which would else answer in
   * anvil's place.
   */
  private static int freePort(int wanted) {
    if (wanted == 0) {
      return FreePort.find();
    }
    try (ServerSocket socket = new ServerSocket(wanted, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new AnvilFailure("port %d is in use: end what listens there".formatted(wanted), e);
    }
  }

  private static Path ownLocation() {
    return Path.of(
        java.net.URI.create(
            Anvil.class.getProtectionDomain().getCodeSource().getLocation().toString()));
  }

  private static String npmPlatform() {
    String os = System.getProperty("os.name").startsWith("Mac") ? "darwin" : "linux";
    String arch = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    return os + "-" + arch;
  }

  private static String quantity(long value) {
    return Numeric.encodeQuantity(BigInteger.valueOf(value));
  }

  /**
   * A failure of anvil: it is missing, did not come up, or refused what is no contract's business.
   */
  public static final class AnvilFailure extends RuntimeException {
    AnvilFailure(String message) {
      super(message);
    }

    AnvilFailure(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
