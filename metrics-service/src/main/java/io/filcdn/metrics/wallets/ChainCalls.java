package io.filcdn.metrics.wallets;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.filcdn.chain.rpc.AnswerLimit;
import io.filcdn.chain.rpc.Endpoint;
import io.filcdn.chain.rpc.Failover;
import io.filcdn.chain.rpc.RateLimit;
import io.filcdn.common.chain.Address;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import org.jboss.logging.Logger;
import org.web3j.protocol.core.DefaultBlockParameterName;
import org.web3j.protocol.core.Response;
import org.web3j.protocol.core.methods.request.Transaction;
import org.web3j.protocol.core.methods.response.EthCall;

/**
 * Calls of contracts that change nothing ({@code eth_call} at the latest block), on the nodes of a
 * network: a few at once, each with a limit of time and of what is read.
 */
final class ChainCalls {

  private static final Logger LOG = Logger.getLogger(ChainCalls.class);

  /** What contracts return here is a few words; nodes say more where they fail. */
  private static final long MOST_BYTES = 64 << 10;

  private static final int AT_ONCE = 4;

  /** The time that a call waits for its turn. */
  private static final Duration TURN = Duration.ofSeconds(2);

  /** A hundredth of what a block of Filecoin has: a contract cannot keep a node for longer. */
  private static final BigInteger GAS = BigInteger.valueOf(100_000_000);

  /** The code of a call that the contract refused (as geth has it). */
  private static final int REVERTED = 3;

  private static final Set<String> REFUSALS = Set.of("revert", "out of gas", "outofgas");

  private final Failover<Endpoint, NoAnswer> nodes;

  /** The payers for whom a node is asked: one call each, so that nobody takes all turns. */
  @GuardedBy("this")
  private final Set<Address> asking = new HashSet<>();

  /** The answer to a call. */
  sealed interface Answer {

    /**
     * The data that the contract returned.
     *
     * @param data in hex with 0x; nothing behind it where there is no contract
     */
    record Returned(String data) implements Answer {}

    /** The contract refused the call. */
    record Refused() implements Answer {}

    /** No node tells, or too many calls are under way. */
    record Unknown() implements Answer {}
  }

  /** A node's failure to answer. */
  private static final class NoAnswer extends RuntimeException {
    NoAnswer(String message) {
      super(message);
    }
  }

  /**
   * @param urls of nodes, the preferred one first
   * @param timeout of a call to one node
   */
  ChainCalls(List<URI> urls, Duration timeout, Clock clock) {
    nodes =
        new Failover<>(
            urls.stream().map(url -> new Endpoint(url, client(timeout, clock))).toList(),
            NoAnswer.class,
            List::getLast);
  }

  private static OkHttpClient client(Duration timeout, Clock clock) {
    return new OkHttpClient.Builder()
        .callTimeout(timeout)
        .connectTimeout(timeout)
        .readTimeout(timeout)
        .addInterceptor(new RateLimit(clock))
        .addInterceptor(new AnswerLimit(MOST_BYTES))
        .build();
  }

  /**
   * Calls a contract; blocks for the timeout of each node, and for its turn, at most.
   *
   * @param payer whose signature is checked by it
   */
  Answer call(Address payer, Address contract, String data) {
    if (!takesTurn(payer)) {
      return new Answer.Unknown();
    }
    try {
      return nodes.ask(0, node -> ask(node, contract, data));
    } catch (NoAnswer e) {
      LOG.warnf("a contract cannot be called: %s", e.getMessage());
      return new Answer.Unknown();
    } finally {
      endTurn(payer);
    }
  }

  private synchronized boolean takesTurn(Address payer) {
    long end = System.nanoTime() + TURN.toNanos();
    while (asking.size() >= AT_ONCE || asking.contains(payer)) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        return false;
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return asking.add(payer);
  }

  private synchronized void endTurn(Address payer) {
    asking.remove(payer);
    notifyAll();
  }

  private static Answer ask(Endpoint node, Address contract, String data) {
    EthCall answer;
    try {
      answer =
          node.api()
              .ethCall(
                  new Transaction(null, null, null, GAS, contract.hex(), null, data),
                  DefaultBlockParameterName.LATEST)
              .send();
    } catch (IOException | RuntimeException e) {
      // web3j and Jackson throw many kinds at what is no answer
      throw new NoAnswer("%s: %.300s".formatted(node, e.getMessage()));
    }
    if (answer.hasError()) {
      if (isRefusal(answer.getError())) {
        return new Answer.Refused();
      }
      throw new NoAnswer("%s: %.300s".formatted(node, answer.getError().getMessage()));
    }
    if (answer.getValue() == null) {
      throw new NoAnswer("%s: expected a result, found none".formatted(node));
    }
    return new Answer.Returned(answer.getValue());
  }

  /**
   * Filecoin's nodes have codes of their own, and say it in words. A contract that takes too much
   * gas has not said that the signature is good.
   */
  private static boolean isRefusal(Response.Error error) {
    String message = Objects.requireNonNullElse(error.getMessage(), "").toLowerCase(Locale.ROOT);
    return error.getCode() == REVERTED || REFUSALS.stream().anyMatch(message::contains);
  }
}
