package io.filcdn.indexer.rpc;

import io.filcdn.chain.rpc.AnswerLimit;
import io.filcdn.chain.rpc.Endpoint;
import io.filcdn.chain.rpc.NullRound;
import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockHash;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.TxHash;
import io.filcdn.indexer.chain.Block;
import io.filcdn.indexer.chain.EventPosition;
import io.filcdn.indexer.chain.RawLog;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.core.DefaultBlockParameter;
import org.web3j.protocol.core.Request;
import org.web3j.protocol.core.Response;
import org.web3j.protocol.core.methods.request.EthFilter;
import org.web3j.protocol.core.methods.request.Transaction;
import org.web3j.protocol.core.methods.response.EthBlock;
import org.web3j.protocol.core.methods.response.EthCall;
import org.web3j.protocol.core.methods.response.EthLog;
import org.web3j.protocol.core.methods.response.Log;

/**
 * One JSON-RPC endpoint. Calls block. Whatever goes wrong is a {@link NodeFailedException}, except
 * for the answers that a healthy node gives too.
 */
public final class ChainNode {

  private final Endpoint endpoint;
  private final Web3j web3;
  private final MeterRegistry metrics;

  public ChainNode(Endpoint endpoint, MeterRegistry metrics) {
    this.endpoint = endpoint;
    this.web3 = endpoint.api();
    this.metrics = metrics;
  }

  /** The id of the chain that the node follows. */
  public long chainId() {
    return answered("eth_chainId", send("eth_chainId", web3.ethChainId())).getChainId().longValue();
  }

  /** The newest block. */
  public Block head() {
    EthBlock answer = send("eth_getBlockByNumber", block(DefaultBlockParameter.valueOf("latest")));
    return found(answered("eth_getBlockByNumber", answer))
        .orElseThrow(() -> failed("expected the latest block, found none", null));
  }

  /** The number of the block that a tag names; empty where the node does not know the tag. */
  public Optional<BlockNumber> tagged(String tag) {
    EthBlock answer = send("eth_getBlockByNumber", block(DefaultBlockParameter.valueOf(tag)));
    return answer.hasError() ? Optional.empty() : found(answer).map(Block::number);
  }

  /** The block of that number; empty in a null round, and beyond the head. */
  public Optional<Block> block(BlockNumber number) {
    EthBlock answer =
        send(
            "eth_getBlockByNumber",
            block(DefaultBlockParameter.valueOf(BigInteger.valueOf(number.value()))));
    return isNullRound(answer, number)
        ? Optional.empty()
        : found(answered("eth_getBlockByNumber", answer));
  }

  /** The first block from {@code number} on; empty where there is none up to {@code last}. */
  public Optional<Block> firstBlockFrom(BlockNumber number, BlockNumber last) {
    for (BlockNumber n = number; n.compareTo(last) <= 0; n = n.plus(1)) {
      Optional<Block> block = block(n);
      if (block.isPresent()) {
        return block;
      }
    }
    return Optional.empty();
  }

  /**
   * The logs that {@code addresses} wrote in the blocks from {@code from} to {@code to}, each once.
   * What else the node tells is left out and counted.
   *
   * @param before an answer to the same question: one in the same words means the same, and is not
   *     read once more
   */
  public LogsAnswer logs(
      BlockNumber from,
      BlockNumber to,
      Collection<Address> addresses,
      Optional<LogsAnswer.Logs> before) {
    EthFilter filter =
        new EthFilter(
            DefaultBlockParameter.valueOf(BigInteger.valueOf(from.value())),
            DefaultBlockParameter.valueOf(BigInteger.valueOf(to.value())),
            addresses.stream().map(Address::hex).toList());
    byte[] text;
    try {
      text = ask("eth_getLogs", () -> endpoint.text(web3.ethGetLogs(filter)));
    } catch (NodeFailedException e) {
      if (e.getCause() instanceof AnswerLimit.TooLargeException tooLarge) {
        return new LogsAnswer.Refused(tooLarge.toString());
      }
      throw e;
    }
    ByteBuffer words = ByteBuffer.wrap(text).asReadOnlyBuffer();
    Optional<LogsAnswer.Logs> same = before.filter(answer -> answer.text().equals(words));
    if (same.isPresent()) {
      return same.get();
    }
    EthLog answer = ask("eth_getLogs", () -> endpoint.read(text, EthLog.class));
    if (answer.hasError()) {
      return new LogsAnswer.Refused(described(answer.getError()));
    }
    try {
      List<Log> told = answer.getLogs().stream().map(Log.class::cast).toList();
      return new LogsAnswer.Logs(asked(told, from, to, addresses), words);
    } catch (RuntimeException e) {
      throw failed("eth_getLogs: expected logs, found " + e.getMessage(), e);
    }
  }

  private List<RawLog> asked(
      List<Log> told, BlockNumber from, BlockNumber to, Collection<Address> addresses) {
    Set<RawLog> logs = new LinkedHashSet<>();
    for (Log log : told) {
      if (log.isRemoved()) {
        countDropped(DropReason.REMOVED);
        continue;
      }
      RawLog raw = raw(log);
      BlockNumber block = raw.position().block();
      if (block.compareTo(from) < 0 || block.compareTo(to) > 0) {
        countDropped(DropReason.OUT_OF_RANGE);
      } else if (!addresses.contains(raw.address())) {
        countDropped(DropReason.OTHER_ADDRESS);
      } else if (!logs.add(raw)) {
        countDropped(DropReason.DUPLICATE);
      }
    }
    return logs.stream().sorted(Comparator.comparing(RawLog::position)).toList();
  }

  /** Counts a log of an answer that is dropped. */
  public void countDropped(DropReason reason) {
    metrics
        .counter("filcdn.indexer.rpc.surplus.logs", "node", toString(), "reason", reason.text())
        .increment();
  }

  /**
   * The value that a contract's function returns now, in hex; empty where it reverts.
   *
   * @param data the function's selector and its arguments, in hex
   */
  public Optional<String> call(Address contract, String data) {
    EthCall answer =
        send(
            "eth_call",
            web3.ethCall(
                Transaction.createEthCallTransaction(null, contract.hex(), data),
                DefaultBlockParameter.valueOf("latest")));
    if (answer.hasError() && isRevert(answer.getError())) {
      return Optional.empty();
    }
    return Optional.of(answered("eth_call", answer).getValue());
  }

  private Request<?, EthBlock> block(DefaultBlockParameter which) {
    return web3.ethGetBlockByNumber(which, false);
  }

  private boolean isNullRound(EthBlock answer, BlockNumber number) {
    try {
      return NullRound.isToldBy(answer, number);
    } catch (RuntimeException e) {
      throw failed("eth_getBlockByNumber: expected a block, found " + e.getMessage(), e);
    }
  }

  private Optional<Block> found(EthBlock answer) {
    EthBlock.Block block = answer.getBlock();
    if (block == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Block(
              new BlockNumber(block.getNumber().longValueExact()),
              BlockHash.of(block.getHash()),
              BlockHash.of(block.getParentHash())));
    } catch (RuntimeException e) {
      throw failed("eth_getBlockByNumber: expected a block, found " + e.getMessage(), e);
    }
  }

  private static RawLog raw(Log log) {
    return new RawLog(
        new EventPosition(
            new BlockNumber(quantity(log.getBlockNumberRaw())), quantity(log.getLogIndexRaw())),
        BlockHash.of(log.getBlockHash()),
        TxHash.of(log.getTransactionHash()),
        Address.of(log.getAddress()),
        log.getTopics(),
        log.getData());
  }

  /** A number as JSON-RPC spells it: {@code 0x} and its hex digits. */
  private static long quantity(@Nullable String text) {
    if (text == null || !text.startsWith("0x") || text.startsWith("-", 2)) {
      throw new IllegalArgumentException("expected a number like 0x1b4, found " + text);
    }
    return Long.parseLong(text, 2, text.length(), 16);
  }

  /** A question to the node. */
  private interface Question<T> {
    T ask() throws IOException;
  }

  private <T extends Response<?>> T send(String method, Request<?, T> request) {
    return ask(method, request::send);
  }

  private <T> T ask(String method, Question<T> question) {
    try {
      return question.ask();
    } catch (InterruptedIOException e) {
      throw NodeFailedException.tooMuch(this + ": " + method + ": " + e, e);
    } catch (IOException | RuntimeException e) {
      throw failed(method + ": " + e, e);
    }
  }

  private <T extends Response<?>> T answered(String method, T response) {
    if (response.hasError()) {
      throw failed(method + ": " + described(response.getError()), null);
    }
    return response;
  }

  private static boolean isRevert(Response.Error error) {
    return error.getMessage() != null
        && error.getMessage().toLowerCase(Locale.ROOT).contains("revert");
  }

  private static String described(Response.Error error) {
    return "error %d, %s".formatted(error.getCode(), error.getMessage());
  }

  private NodeFailedException failed(String what, @Nullable Throwable e) {
    return new NodeFailedException(this + ": " + what, e);
  }

  /** Host and port. */
  @Override
  public String toString() {
    return endpoint.toString();
  }
}
