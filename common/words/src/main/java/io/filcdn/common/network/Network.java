package io.filcdn.common.network;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.Generation;
import io.filcdn.common.payment.TokenAmount;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One chain with FilCDN's contracts on it, as a file of {@code deploy/networks} describes it.
 * {@link NetworkFile} reads it.
 *
 * @param name the name that logs and metrics show
 * @param chainId the EIP-155 id that transactions are signed for
 * @param rpcUrls JSON-RPC endpoints, the preferred one first; at least one
 * @param genesis the time of epoch 0
 * @param epochDuration 30 s on Filecoin
 * @param firstBlock the first block that can hold an event of these contracts
 * @param generation which kind of service contract {@code contracts.fwss()} is; bare data set
 *     numbers in APIs mean this one
 * @param finality from where on blocks cannot change any more
 * @param operators every FilBeamOperator whose reports count, past ones included
 * @param rates what the operator takes for bytes
 * @param countReportsFrom reports in earlier blocks do not count towards what was reported
 * @param reportEvery how often usage is reported on chain
 * @param settleEvery how often the rails are settled
 * @param allowPrivateOrigins whether providers may live on private or loopback addresses; only for
 *     a devnet
 */
public record Network(
    String name,
    long chainId,
    List<URI> rpcUrls,
    Instant genesis,
    Duration epochDuration,
    BlockNumber firstBlock,
    Generation generation,
    Finality finality,
    Contracts contracts,
    List<Operator> operators,
    Rates rates,
    BlockNumber countReportsFrom,
    Duration reportEvery,
    Duration settleEvery,
    boolean allowPrivateOrigins) {

  public Network {
    rpcUrls = List.copyOf(rpcUrls);
    operators = List.copyOf(operators);
  }

  /** The host and port of a node, for logs and errors: path and query may hold an API key. */
  public static String shown(URI rpcUrl) {
    return rpcUrl.getPort() < 0 ? rpcUrl.getHost() : rpcUrl.getHost() + ":" + rpcUrl.getPort();
  }

  /** The epoch that contains {@code time}; epoch 0 for times before the genesis. */
  public Epoch epochAt(Instant time) {
    long elapsed = time.toEpochMilli() - genesis.toEpochMilli();
    return new Epoch(Math.max(0, Math.floorDiv(elapsed, epochDuration.toMillis())));
  }

  /** The time at which {@code epoch} began. */
  public Instant timeOf(Epoch epoch) {
    return genesis.plusMillis(Math.multiplyExact(epoch.value(), epochDuration.toMillis()));
  }

  /**
   * The rule that tells which blocks are final.
   *
   * @param tag the block tag to ask the node for, where the chain has one
   * @param fallbackDepth how many blocks behind the head count as final where the node does not
   *     know the tag
   * @param servingDepth how many blocks behind the head a data set's creation must lie before the
   *     data set is served, where it is not final by then
   */
  public record Finality(Optional<String> tag, long fallbackDepth, long servingDepth) {}

  /** The contracts' addresses; the names are those of the contracts. */
  public record Contracts(
      Address pdpVerifier,
      Address fwss,
      Address stateView,
      Address serviceProviderRegistry,
      Address filecoinPay,
      Address filBeamOperator,
      Address token) {}

  /**
   * The prices that payers pay for bytes, in the token's smallest unit and above 0. The operator
   * contract's rates are those of one byte: these divided by 2⁴⁰, rounded down.
   *
   * @param cdnPerTib the price of 2⁴⁰ bytes of egress
   * @param cacheMissPerTib the price of 2⁴⁰ bytes from providers
   */
  public record Rates(TokenAmount cdnPerTib, TokenAmount cacheMissPerTib) {

    /** 7 USDFC for each, as on all of Filecoin's networks. */
    public static final Rates USUAL =
        new Rates(
            TokenAmount.of(7_000_000_000_000_000_000L), TokenAmount.of(7_000_000_000_000_000_000L));
  }

  /**
   * A FilBeamOperator and the blocks in which it was the one that FWSS listened to.
   *
   * @param toBlock the last such block; empty while it is in office
   */
  public record Operator(Address address, BlockNumber fromBlock, Optional<BlockNumber> toBlock) {

    /** True where a report of this operator in {@code block} counts. */
    public boolean countsAt(BlockNumber block) {
      return block.compareTo(fromBlock) >= 0
          && toBlock.map(last -> block.compareTo(last) <= 0).orElse(true);
    }
  }
}
