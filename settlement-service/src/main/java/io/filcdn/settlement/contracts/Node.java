package io.filcdn.settlement.contracts;

import io.filcdn.chain.rpc.NullRound;
import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.TxHash;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.settlement.model.Gas;
import io.filcdn.settlement.model.Inclusion;
import io.filcdn.settlement.model.Nonce;
import jakarta.inject.Singleton;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.web3j.protocol.core.DefaultBlockParameter;
import org.web3j.protocol.core.DefaultBlockParameterName;
import org.web3j.protocol.core.JsonRpc2_0Web3j;
import org.web3j.protocol.core.Request;
import org.web3j.protocol.core.Response;
import org.web3j.protocol.core.methods.request.EthFilter;
import org.web3j.protocol.core.methods.request.Transaction;
import org.web3j.protocol.core.methods.response.EthBlock;
import org.web3j.protocol.core.methods.response.EthCall;
import org.web3j.protocol.core.methods.response.EthLog;
import org.web3j.protocol.core.methods.response.EthSendTransaction;
import org.web3j.protocol.core.methods.response.Log;
import org.web3j.protocol.core.methods.response.TransactionReceipt;
import org.web3j.utils.Numeric;

/**
 * The chain, asked through JSON-RPC. Every method blocks, and throws {@link NodeException} where no
 * endpoint gives a usable answer.
 */
@Singleton
public final class Node {

  private static final Logger LOG = Logger.getLogger(Node.class);

  private static final DefaultBlockParameter LATEST = DefaultBlockParameterName.LATEST;
  private static final int NULL_ROUNDS = 20;

  private final Endpoints endpoints;
  private final Network.Finality finality;
  private final RpcConfig config;

  Node(Network network, RpcConfig config) {
    this.endpoints =
        new Endpoints(network.rpcUrls(), config.timeout(), config.maxAnswer().asLongValue());
    this.finality = network.finality();
    this.config = config;
  }

  /** The EIP-155 id. */
  public long chainId() {
    return answer(JsonRpc2_0Web3j::ethChainId, answer -> answer.getChainId().longValueExact());
  }

  /** True where a contract lives at {@code address}. */
  public boolean hasCode(Address address) {
    return answer(
        api -> api.ethGetCode(address.hex(), LATEST), answer -> answer.getCode().length() > 2);
  }

  /** The chain's newest block, and its newest final one. */
  public Head head() {
    BlockNumber latest =
        answer(
            JsonRpc2_0Web3j::ethBlockNumber,
            answer -> new BlockNumber(answer.getBlockNumber().longValueExact()));
    BlockNumber finalised = finality.tag().flatMap(this::tagged).orElseGet(() -> atDepth(latest));
    return new Head(latest, finalised);
  }

  /** Empty where the node does not know the tag. */
  private Optional<BlockNumber> tagged(String tag) {
    return endpoints.ask(
        api -> api.ethGetBlockByNumber(DefaultBlockParameter.valueOf(tag), false),
        answer ->
            answer.hasError() || answer.getBlock() == null
                ? Optional.empty()
                : Optional.of(numberOf(answer)));
  }

  /** The block that many behind {@code latest}, or the one before where that round was null. */
  private BlockNumber atDepth(BlockNumber latest) {
    long from = Math.max(0, latest.value() - finality.fallbackDepth());
    for (long number = from; number >= Math.max(0, from - NULL_ROUNDS); number--) {
      Optional<BlockNumber> found = block(new BlockNumber(number));
      if (found.isPresent()) {
        return found.get();
      }
    }
    throw new NodeException(
        "expected a block among the %d up to %d, found none".formatted(NULL_ROUNDS, from));
  }

  private Optional<BlockNumber> block(BlockNumber number) {
    return endpoints.ask(
        api -> api.ethGetBlockByNumber(at(number), false),
        answer ->
            NullRound.isToldBy(answer, number)
                ? Optional.empty()
                : Optional.of(numberOf(withoutError(answer))));
  }

  private static BlockNumber numberOf(EthBlock answer) {
    return new BlockNumber(answer.getBlock().getNumber().longValueExact());
  }

  /** The next nonce of {@code account} by the newest block. */
  public Nonce nextNonce(Address account) {
    return nextNonce(account, LATEST);
  }

  /** The next nonce of {@code account} as it was after {@code block}. */
  public Nonce nextNonce(Address account, BlockNumber block) {
    return nextNonce(account, at(block));
  }

  private Nonce nextNonce(Address account, DefaultBlockParameter when) {
    return answer(
        api -> api.ethGetTransactionCount(account.hex(), when),
        answer -> new Nonce(answer.getTransactionCount().longValueExact()));
  }

  /** The balance of {@code account} in the chain's own coin. */
  public TokenAmount balance(Address account) {
    return answer(
        api -> api.ethGetBalance(account.hex(), LATEST),
        answer -> new TokenAmount(answer.getBalance()));
  }

  /** The price of gas now. */
  public GasMarket gasMarket() {
    return new GasMarket(
        answer(
            api -> api.ethGetBlockByNumber(LATEST, false),
            answer -> new TokenAmount(answer.getBlock().getBaseFeePerGas())),
        answer(
            JsonRpc2_0Web3j::ethMaxPriorityFeePerGas,
            answer -> new TokenAmount(answer.getMaxPriorityFeePerGas())));
  }

  /** Simulates a call on the newest block. */
  public CallResult call(Call call) {
    return result(endpoints.ask(api -> api.ethCall(request(call), LATEST)));
  }

  /** Simulates calls on the newest block; results are in the order of the calls. */
  public List<CallResult> callAll(List<Call> calls) {
    return callAll(calls, LATEST);
  }

  /** Simulates calls on the state after {@code block}; results are in the order of the calls. */
  public List<CallResult> callAll(List<Call> calls, BlockNumber block) {
    return callAll(calls, at(block));
  }

  private List<CallResult> callAll(List<Call> calls, DefaultBlockParameter when) {
    if (calls.size() <= config.batchSize()) {
      return calls.isEmpty() ? List.of() : callBatch(calls, when);
    }
    List<Future<List<CallResult>>> batches = new ArrayList<>();
    try (ExecutorService threads =
        Executors.newFixedThreadPool(
            config.parallel(), Thread.ofVirtual().name("rpc-", 0).factory())) {
      for (int from = 0; from < calls.size(); from += config.batchSize()) {
        List<Call> batch = calls.subList(from, Math.min(calls.size(), from + config.batchSize()));
        batches.add(threads.submit(() -> callBatch(batch, when)));
      }
      List<CallResult> results = new ArrayList<>(calls.size());
      for (Future<List<CallResult>> batch : batches) {
        results.addAll(answered(batch, threads));
      }
      return results;
    }
  }

  private static <T> T answered(Future<T> asked, ExecutorService threads) {
    try {
      return asked.get();
    } catch (ExecutionException e) {
      threads.shutdownNow();
      throw new NodeException("of many requests one failed: " + e.getCause(), e);
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
      throw new NodeException("interrupted while a node was asked", e);
    }
  }

  private List<CallResult> callBatch(List<Call> calls, DefaultBlockParameter when) {
    List<Function<JsonRpc2_0Web3j, Request<?, EthCall>>> questions =
        calls.stream()
            .<Function<JsonRpc2_0Web3j, Request<?, EthCall>>>map(
                call -> api -> api.ethCall(request(call), when))
            .toList();
    return endpoints.askAll(questions, EthCall.class).stream().map(Node::result).toList();
  }

  /** The gas that a call takes on the newest block. */
  public GasEstimate estimateGas(Call call) {
    return endpoints.ask(
        api -> api.ethEstimateGas(request(call)),
        answer ->
            answer.hasError()
                ? new GasEstimate.Refused(refusal("eth_estimateGas", answer.getError()))
                : new GasEstimate.Takes(new Gas(answer.getAmountUsed().longValueExact())));
  }

  /** Hands signed bytes to a node. */
  public SendResult send(String raw) {
    EthSendTransaction answer = endpoints.ask(api -> api.ethSendRawTransaction(raw));
    return answer.hasError()
        ? SendResult.ofError(answer.getError().getMessage())
        : new SendResult.Taken();
  }

  /**
   * True where a node knows a transaction, in a block or waiting for one. Where that cannot be told
   * it may.
   */
  public boolean mayKnow(TxHash hash) {
    try {
      return answer(
          api -> api.ethGetTransactionByHash(hash.hex()),
          answer -> answer.getTransaction().isPresent());
    } catch (NodeException e) {
      LOG.debugf("transaction hash=%s cannot be asked for: %s", hash, e.getMessage());
      return true;
    }
  }

  /** Which block holds a transaction, as far as the node can tell: old receipts get lost. */
  public Optional<Receipt> receipt(TxHash hash) {
    return answer(
        api -> api.ethGetTransactionReceipt(hash.hex()),
        answer ->
            answer
                .getTransactionReceipt()
                // some nodes answer for a pending one
                .filter(receipt -> receipt.getBlockNumberRaw() != null)
                .map(receipt -> toReceipt(hash, receipt)));
  }

  private static Receipt toReceipt(TxHash hash, TransactionReceipt receipt) {
    BlockNumber block = new BlockNumber(receipt.getBlockNumber().longValueExact());
    return new Receipt(new Inclusion(hash, block, feePaid(receipt)), receipt.isStatusOK());
  }

  private static Optional<TokenAmount> feePaid(TransactionReceipt receipt) {
    return Optional.ofNullable(receipt.getEffectiveGasPrice())
        .map(Numeric::toBigInt)
        .map(price -> new TokenAmount(price.multiply(receipt.getGasUsed())));
  }

  /** The logs of a contract with one of the first topics {@code topics}, both blocks included. */
  List<Log> logs(Address contract, List<String> topics, BlockNumber from, BlockNumber to) {
    List<Log> logs = new ArrayList<>();
    for (long first = from.value(); first <= to.value(); first += config.logBlocks()) {
      long last = Math.min(to.value(), first + config.logBlocks() - 1);
      EthFilter filter =
          new EthFilter(at(new BlockNumber(first)), at(new BlockNumber(last)), contract.hex())
              .addOptionalTopics(topics.toArray(String[]::new));
      logs.addAll(answer(api -> api.ethGetLogs(filter), Node::logsOf));
    }
    return logs;
  }

  private static List<Log> logsOf(EthLog answer) {
    return answer.getLogs().stream().map(EthLog.LogResult::get).map(Log.class::cast).toList();
  }

  private static CallResult result(EthCall answer) {
    if (!answer.hasError()) {
      return new CallResult.Returned(answer.getValue());
    }
    return new CallResult.Reverted(refusal("eth_call", answer.getError()));
  }

  private static ContractError refusal(String method, Response.Error error) {
    return ContractError.of(error)
        .orElseThrow(() -> new NodeException(method + " failed: " + error.getMessage()));
  }

  private <T extends Response<?>, R> R answer(
      Function<JsonRpc2_0Web3j, Request<?, T>> question, Function<T, R> read) {
    return endpoints.ask(question, answer -> read.apply(withoutError(answer)));
  }

  private static <T extends Response<?>> T withoutError(T answer) {
    if (answer.hasError()) {
      throw new NodeException("the node answers: " + answer.getError().getMessage());
    }
    return answer;
  }

  private static Transaction request(Call call) {
    return Transaction.createEthCallTransaction(call.from().hex(), call.to().hex(), call.data());
  }

  private static DefaultBlockParameter at(BlockNumber block) {
    return DefaultBlockParameter.valueOf(BigInteger.valueOf(block.value()));
  }
}
