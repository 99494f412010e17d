package io.filcdn.testing.chain;

import static io.filcdn.testing.chain.Devnet.tokens;
import static io.filcdn.testing.chain.DevnetAccount.PAYEE;
import static io.filcdn.testing.chain.DevnetAccount.PAYER;
import static io.filcdn.testing.chain.DevnetAccount.PROVIDER;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.filcdn.testing.chain.DevnetReads.DataSet;
import io.filcdn.testing.chain.Transaction.EventLog;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * A test on one devnet that all tests share and each gets back as it was: a provider is registered,
 * a payer has 100 tokens on account and FWSS's approval, and the payer has one empty data set with
 * the CDN.
 */
abstract class OnDevnet {
  static final BigInteger RATE = BigInteger.valueOf(6366462);
  static final BigInteger CDN_LOCKUP = tokens("0.7");
  static final BigInteger CACHE_MISS_LOCKUP = tokens("0.3");
  static final long CDN_LOCKUP_PERIOD = 14_400;
  static final long PDP_LOCKUP_PERIOD = 86_400;
  static final long GIB = 1L << 30;

  static final Anvil anvil;
  static final Devnet devnet;
  static final long providerId;
  static final long dataSetId;
  static final DataSet dataSet;
  static final DevnetProvider provider;
  static final DevnetPayer payer;
  static final DevnetOperator operator;
  static final DevnetReads reads;
  static final DevnetHistory history;
  private static final Map<String, String> EVENT_NAMES = eventNames();

  private String snapshot = "";

  static {
    anvil =
        Anvil.start(
            Anvil.Options.inMemory(Path.of("target", "anvil", "shared.log")).withoutPastStates());
    devnet = Devnet.on(anvil);
    provider = devnet.asProvider(PROVIDER);
    payer = devnet.asPayer(PAYER);
    operator = devnet.asOperator();
    reads = devnet.reads();
    history = devnet.history();
    providerId = provider.register(PAYEE.address(), "http://127.0.0.1:1/");
    payer.prepare(tokens("100"));
    dataSetId = provider.createDataSet(PAYER.address(), true);
    dataSet = reads.dataSet(dataSetId);
  }

  @BeforeEach
  void rememberTheChain() {
    snapshot = anvil.snapshot();
  }

  @AfterEach
  void putTheChainBack() {
    anvil.revertTo(snapshot);
  }

  /** What the contracts say to a deed that they must refuse. */
  static ContractRevert refusalOf(ThrowingCallable deed) {
    return catchThrowableOfType(ContractRevert.class, deed);
  }

  /**
   * The names of the events that FWSS and the operator contracts, the verifier and the registry
   * emitted, in order.
   */
  static List<String> eventsOf(Transaction transaction, String... contracts) {
    return transaction.logs().stream()
        .filter(log -> List.of(contracts).contains(log.contract()))
        .map(log -> EVENT_NAMES.getOrDefault(log.topic0(), log.topic0()))
        .toList();
  }

  /** The one event of this name in the transaction. */
  static EventLog event(Transaction transaction, String name) {
    return transaction.logs().stream()
        .filter(log -> name.equals(EVENT_NAMES.get(log.topic0())))
        .reduce(
            (one, other) -> {
              throw new AssertionError("more than one " + name);
            })
        .orElseThrow(() -> new AssertionError("no " + name));
  }

  static List<Object> data(EventLog log, String... types) {
    return Abi.decode(log.data(), List.of(types));
  }

  static BigInteger amount(long bytes) {
    return BigInteger.valueOf(bytes).multiply(RATE);
  }

  /** What a payee gets of a payment. */
  static BigInteger net(BigInteger gross) {
    BigInteger fee = gross.add(BigInteger.valueOf(199)).divide(BigInteger.valueOf(200));
    return gross.subtract(fee);
  }

  static BigInteger number(long value) {
    return BigInteger.valueOf(value);
  }

  /** A piece of 1 KiB of tree, no padding, whose root is this byte over and over. */
  static Piece piece(int root) {
    byte[] cid = new byte[4 + 1 + 1 + 1 + 32];
    cid[0] = 0x01;
    cid[1] = 0x55;
    cid[2] = (byte) 0x91;
    cid[3] = 0x20;
    cid[4] = 34;
    cid[6] = 5;
    for (int i = 7; i < cid.length; i++) {
      cid[i] = (byte) root;
    }
    return Piece.of(cid);
  }

  private static Map<String, String> eventNames() {
    Map<String, String> names = new HashMap<>();
    for (String contract : CompiledContract.NAMES) {
      CompiledContract.load(contract)
          .abi()
          .events()
          .forEach(event -> names.put(event.topic(), event.name()));
    }
    return names;
  }
}
