package io.filcdn.settlement.stage;

import io.filcdn.testing.chain.ChainRpc;
import java.math.BigInteger;
import java.security.SignatureException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.web3j.crypto.SignedRawTransaction;
import org.web3j.crypto.TransactionDecoder;
import org.web3j.crypto.transaction.type.Transaction1559;

/**
 * The rules of Filecoin's message pool, which anvil does not have: 64 KiB a message, 10 pending a
 * sender, a nonce at most 4 ahead, and a replacement for at least 1.25 times the priority fee and 1
 * more. It knows one sender.
 */
final class Mempool {

  private static final int MAX_MESSAGE = 65_536;
  private static final int MAX_PENDING = 10;
  private static final int MAX_GAP = 4;
  private static final BigInteger BLOCK_GAS = BigInteger.TEN.pow(10);

  private record Pooled(String raw, BigInteger priorityFee) {}

  private final ChainRpc node;
  private final SortedMap<Long, Pooled> pool = new TreeMap<>();
  private final SortedMap<Long, String> taken = new TreeMap<>();

  Mempool(ChainRpc node) {
    this.node = node;
  }

  /** Takes signed bytes, or says why not, as a node would. */
  synchronized Optional<String> refusal(String raw) {
    SignedRawTransaction signed = (SignedRawTransaction) TransactionDecoder.decode(raw);
    Transaction1559 transaction = (Transaction1559) signed.getTransaction();
    long next = nextNonce(signed);
    pool.headMap(next).clear();
    long nonce = transaction.getNonce().longValueExact();
    Pooled before = pool.get(nonce);
    BigInteger priorityFee = transaction.getMaxPriorityFeePerGas();
    if (nonce < next) {
      return Optional.of("message nonce too low");
    }
    if (raw.length() / 2 > MAX_MESSAGE) {
      return Optional.of("message too large");
    }
    if (transaction.getGasLimit().compareTo(BLOCK_GAS) > 0) {
      return Optional.of("message will not be included in a block: gas limit");
    }
    if (nonce - next > MAX_GAP) {
      return Optional.of("message nonce has too big a gap from expected nonce");
    }
    if (before == null && pool.size() >= MAX_PENDING) {
      return Optional.of("too many pending messages for actor");
    }
    if (before != null && !before.raw().equals(raw) && !outbids(priorityFee, before)) {
      return Optional.of("replace by fee has too low GasPremium");
    }
    pool.put(nonce, new Pooled(raw, priorityFee));
    taken.put(nonce, raw);
    return Optional.empty();
  }

  private static boolean outbids(BigInteger priorityFee, Pooled before) {
    BigInteger least =
        before.priorityFee().multiply(BigInteger.valueOf(5)).divide(BigInteger.valueOf(4));
    return priorityFee.compareTo(least.add(BigInteger.ONE)) >= 0;
  }

  /** Forgets everything, as some nodes do in a reorg. */
  synchronized void forget() {
    pool.clear();
  }

  /** What it last took for each nonce, mined or not, in their order. */
  synchronized List<String> taken() {
    return List.copyOf(taken.values());
  }

  private long nextNonce(SignedRawTransaction signed) {
    try {
      return node.number("eth_getTransactionCount", signed.getFrom(), "latest").longValueExact();
    } catch (SignatureException e) {
      throw new IllegalArgumentException("expected a signature", e);
    }
  }
}
