package io.filcdn.testing.chain;

import io.filcdn.testing.chain.ChainRpc.RpcRefusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.web3j.protocol.core.methods.response.TransactionReceipt;
import org.web3j.utils.Numeric;
import tools.jackson.databind.JsonNode;

/**
 * A sender of transactions from accounts that the node unlocks, each awaited until it is in a
 * block.
 *
 * <p>A transaction is first tried without being sent, against the pending block, so that a revert
 * comes back decoded. The gas limit is a fixed large one: the contracts try some calls and go on
 * when these fail, and an estimate can be so low that they fail for want of gas alone.
 */
final class Transactions {
  private static final String GAS = Numeric.encodeQuantity(BigInteger.valueOf(2_000_000_000L));
  private static final int EXECUTION_REVERTED = 3;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final ChainRpc rpc;
  private final RevertDecoder reverts = new RevertDecoder();

  Transactions(ChainRpc rpc) {
    this.rpc = rpc;
  }

  /** Calls a contract's function for good. */
  TransactionReceipt execute(String from, String to, String data) {
    return execute(from, to, BigInteger.ZERO, data);
  }

  TransactionReceipt execute(String from, @Nullable String to, BigInteger value, String data) {
    Map<String, Object> transaction = transaction(from, to, value, data);
    ask(transaction, "pending");
    return awaitSuccess(send(transaction));
  }

  /** Calls a contract many times in one block, untried. */
  List<TransactionReceipt> executeTogether(
      String from, String to, BigInteger value, List<String> calls) {
    rpc.call("evm_setAutomine", false);
    try {
      List<String> hashes =
          calls.stream().map(data -> send(transaction(from, to, value, data))).toList();
      rpc.call("evm_mine");
      return hashes.stream().map(this::awaitSuccess).toList();
    } finally {
      rpc.call("evm_setAutomine", true);
    }
  }

  /** As {@link #execute}, without waiting for a block: returns the transaction's hash. */
  String submit(String from, String to, BigInteger value, String data) {
    Map<String, Object> transaction = transaction(from, to, value, data);
    ask(transaction, "pending");
    return send(transaction);
  }

  private String send(Map<String, Object> transaction) {
    return rpc.call("eth_sendTransaction", transaction).asString();
  }

  private TransactionReceipt awaitSuccess(String hash) {
    TransactionReceipt receipt = await(hash);
    if (!receipt.isStatusOK()) {
      String message =
          "%s reverted in block %s, though it passed against the block before"
              .formatted(hash, receipt.getBlockNumber());
      throw new ContractRevert("unknown", List.of(), message, "0x");
    }
    return receipt;
  }

  /** Creates a contract and returns its address. */
  String deploy(String from, String data) {
    return execute(from, null, BigInteger.ZERO, data).getContractAddress();
  }

  /** Calls a function without a transaction and decodes its answer. */
  List<Object> read(String to, String block, String data, String... types) {
    JsonNode answer =
        ask(transaction(DevnetAccount.OUTSIDER.address(), to, BigInteger.ZERO, data), block);
    return Abi.decode(answer.asString(), List.of(types));
  }

  private JsonNode ask(Map<String, Object> transaction, String block) {
    try {
      return rpc.call("eth_call", transaction, block);
    } catch (RpcRefusal e) {
      if (e.code() == EXECUTION_REVERTED) {
        throw reverts.decode(e.data());
      }
      throw e;
    }
  }

  private TransactionReceipt await(String hash) {
    long limit = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() - limit < 0) {
      Optional<TransactionReceipt> receipt = receipt(hash);
      if (receipt.isPresent()) {
        return receipt.get();
      }
      pause();
    }
    throw new IllegalStateException("%s is in no block after %s".formatted(hash, LIMIT));
  }

  /** The receipt of a transaction, once it is in a block. */
  Optional<TransactionReceipt> receipt(String hash) {
    try {
      return rpc.web3j().ethGetTransactionReceipt(hash).send().getTransactionReceipt();
    } catch (IOException e) {
      throw new UncheckedIOException("no answer about " + hash, e);
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(2);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a block", e);
    }
  }

  private static Map<String, Object> transaction(
      String from, @Nullable String to, BigInteger value, String data) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("from", from);
    if (to != null) {
      fields.put("to", to);
    }
    fields.put("value", Numeric.encodeQuantity(value));
    fields.put("gas", GAS);
    fields.put("data", data);
    return fields;
  }
}
