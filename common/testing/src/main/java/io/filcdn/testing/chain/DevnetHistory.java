package io.filcdn.testing.chain;

import io.filcdn.testing.chain.Transaction.EventLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.List;
import org.web3j.protocol.core.DefaultBlockParameter;
import org.web3j.protocol.core.methods.request.EthFilter;
import org.web3j.protocol.core.methods.response.EthLog;
import org.web3j.protocol.core.methods.response.Log;
import org.web3j.utils.Numeric;

/** The history of the devnet, from its logs. Amounts are in the token's smallest unit. */
public final class DevnetHistory {
  private final Devnet devnet;

  DevnetHistory(Devnet devnet) {
    this.devnet = devnet;
  }

  /** A report that the chain took. */
  public record UsageReport(
      long dataSetId,
      long fromEpoch,
      long toEpoch,
      BigInteger cdnBytes,
      BigInteger cacheMissBytes,
      long block,
      String transactionHash) {}

  /** A payment to one of a data set's CDN rails, before the network's fee. */
  public record Settlement(
      Rails rail, long dataSetId, BigInteger amount, long block, String transactionHash) {
    /** One of the two CDN rails of a data set. */
    public enum Rails {
      CDN,
      CACHE_MISS
    }
  }

  /** The amounts that were paid into a data set's CDN rails, at its creation or later. */
  public record TopUp(long dataSetId, BigInteger cdn, BigInteger cacheMiss) {}

  /** The payments that payers made in these blocks, both included, in their order. */
  public List<TopUp> topUps(long fromBlock, long toBlock) {
    String topic = Abi.topic0("CDNPaymentRailsToppedUp(uint256,uint256,uint256,uint256,uint256)");
    List<String> amounts = List.of("uint256", "uint256", "uint256", "uint256");
    return logs(devnet.contracts().fwss(), fromBlock, toBlock).stream()
        .filter(log -> log.topic0().equals(topic))
        .map(
            log -> {
              List<Object> fields = Abi.decode(log.data(), amounts);
              return new TopUp(
                  topic(log, 1), (BigInteger) fields.get(0), (BigInteger) fields.get(2));
            })
        .toList();
  }

  /** The operator's reports in these blocks, both included, in their order. */
  public List<UsageReport> usageReports(long fromBlock, long toBlock) {
    return usageReports(devnet.contracts().filBeamOperator(), fromBlock, toBlock);
  }

  /** The same of any FilBeamOperator. */
  public List<UsageReport> usageReports(String filBeamOperator, long fromBlock, long toBlock) {
    String topic = Abi.topic0("UsageReported(uint256,uint256,uint256,uint256,uint256)");
    return logs(filBeamOperator, fromBlock, toBlock).stream()
        .filter(log -> log.topic0().equals(topic))
        .map(
            log -> {
              List<Object> bytes = Abi.decode(log.data(), List.of("uint256", "uint256"));
              return new UsageReport(
                  topic(log, 1),
                  topic(log, 2),
                  topic(log, 3),
                  (BigInteger) bytes.get(0),
                  (BigInteger) bytes.get(1),
                  log.block(),
                  log.transactionHash());
            })
        .toList();
  }

  /** The operator's settlements in these blocks, both included, in their order. */
  public List<Settlement> settlements(long fromBlock, long toBlock) {
    return settlements(devnet.contracts().filBeamOperator(), fromBlock, toBlock);
  }

  /** The same of any FilBeamOperator. */
  public List<Settlement> settlements(String filBeamOperator, long fromBlock, long toBlock) {
    String cdn = Abi.topic0("CDNSettlement(uint256,uint256)");
    String cacheMiss = Abi.topic0("CacheMissSettlement(uint256,uint256)");
    return logs(filBeamOperator, fromBlock, toBlock).stream()
        .filter(log -> log.topic0().equals(cdn) || log.topic0().equals(cacheMiss))
        .map(
            log ->
                new Settlement(
                    log.topic0().equals(cdn) ? Settlement.Rails.CDN : Settlement.Rails.CACHE_MISS,
                    topic(log, 1),
                    Numeric.toBigInt(log.data()),
                    log.block(),
                    log.transactionHash()))
        .toList();
  }

  /** All logs of a contract in these blocks, both included. */
  public List<EventLog> logs(String contract, long fromBlock, long toBlock) {
    EthFilter filter = new EthFilter(block(fromBlock), block(toBlock), contract);
    try {
      EthLog answer = devnet.rpc().web3j().ethGetLogs(filter).send();
      return answer.getLogs().stream().map(log -> EventLog.of((Log) log.get())).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("eth_getLogs at " + devnet.rpc().url(), e);
    }
  }

  private static DefaultBlockParameter block(long number) {
    return DefaultBlockParameter.valueOf(BigInteger.valueOf(number));
  }

  private static long topic(EventLog log, int index) {
    return Numeric.toBigInt(log.topics().get(index)).longValueExact();
  }
}
