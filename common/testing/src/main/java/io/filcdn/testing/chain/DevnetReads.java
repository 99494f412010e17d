package io.filcdn.testing.chain;

import java.math.BigInteger;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * The public state of the devnet, as of the newest block. Amounts are in the token's smallest unit.
 */
public final class DevnetReads {
  private static final String LATEST = "latest";
  private static final int MOST_PIECES = 10_000;

  private final Devnet devnet;
  private final DevnetContracts contracts;

  DevnetReads(Devnet devnet) {
    this.devnet = devnet;
    this.contracts = devnet.contracts();
  }

  /** An account at FilecoinPay. */
  public record PayAccount(
      BigInteger funds,
      BigInteger lockupCurrent,
      BigInteger lockupRate,
      long lockupLastSettledAt) {}

  /** A rail at FilecoinPay; endEpoch is 0 while it is not terminated. */
  public record Rail(
      String from,
      String to,
      String operator,
      String validator,
      BigInteger paymentRate,
      long lockupPeriod,
      BigInteger lockupFixed,
      long settledUpTo,
      long endEpoch) {}

  /**
   * A data set as FWSS knows it; all zeros where it does not, the CDN rails 0 where there is no
   * CDN.
   */
  public record DataSet(
      long id,
      long providerId,
      long pdpRailId,
      long cacheMissRailId,
      long cdnRailId,
      String payer,
      String payee,
      String serviceProvider,
      long pdpEndEpoch) {}

  /** The usage that a FilBeamOperator holds against a data set. */
  public record OwedUsage(
      BigInteger cdnAmount, BigInteger cacheMissAmount, long maxReportedEpoch) {}

  // --------------------------------------------------------------------------------------------------- FilecoinPay

  public PayAccount account(String owner) {
    List<Object> fields =
        read(
            contracts.filecoinPay(),
            Abi.encode("accounts(address,address)", contracts.token(), owner),
            "uint256",
            "uint256",
            "uint256",
            "uint256");
    return new PayAccount(amount(fields, 0), amount(fields, 1), amount(fields, 2), id(fields, 3));
  }

  /** The funds of the account: a payee's income. */
  public BigInteger funds(String owner) {
    return account(owner).funds();
  }

  /**
   * Reads a rail.
   *
   * @throws ContractRevert RailInactiveOrSettled where it does not exist or is finalised
   */
  public Rail rail(long railId) {
    List<Object> fields =
        read(
            contracts.filecoinPay(),
            Abi.encode("getRail(uint256)", railId),
            "address",
            "address",
            "address",
            "address",
            "address",
            "uint256",
            "uint256",
            "uint256",
            "uint256",
            "uint256",
            "uint256",
            "address");
    return new Rail(
        text(fields, 1),
        text(fields, 2),
        text(fields, 3),
        text(fields, 4),
        amount(fields, 5),
        id(fields, 6),
        amount(fields, 7),
        id(fields, 8),
        id(fields, 9));
  }

  // ----------------------------------------------------------------------------------------- data
  // sets and pieces

  public DataSet dataSet(long dataSetId) {
    List<Object> fields =
        read(
            contracts.stateView(),
            Abi.encode("getDataSet(uint256)", dataSetId),
            "uint256",
            "uint256",
            "uint256",
            "address",
            "address",
            "address",
            "uint256",
            "uint256",
            "uint256",
            "uint256",
            "uint96",
            "uint96",
            "uint256");
    return new DataSet(
        id(fields, 12),
        id(fields, 9),
        id(fields, 0),
        id(fields, 1),
        id(fields, 2),
        text(fields, 3),
        text(fields, 4),
        text(fields, 5),
        id(fields, 8));
  }

  /** 1 where proving has begun, else 0. */
  public int dataSetStatus(long dataSetId) {
    return (int) number(contracts.stateView(), Abi.encode("getDataSetStatus(uint256)", dataSetId));
  }

  public Map<String, String> dataSetMetadata(long dataSetId) {
    return metadata(Abi.encode("getAllDataSetMetadata(uint256)", dataSetId));
  }

  public Map<String, String> pieceMetadata(long dataSetId, long pieceId) {
    return metadata(Abi.encode("getAllPieceMetadata(uint256,uint256)", dataSetId, pieceId));
  }

  /** The payer's data sets, in no order. */
  public List<Long> dataSetsOf(String payer) {
    List<Object> answer =
        read(contracts.stateView(), Abi.encode("clientDataSets(address)", payer), "uint256[]");
    return items(answer, 0).stream().map(item -> ((BigInteger) item).longValueExact()).toList();
  }

  public boolean isPieceLive(long dataSetId, long pieceId) {
    return number(
            contracts.pdpVerifier(), Abi.encode("pieceLive(uint256,uint256)", dataSetId, pieceId))
        == 1;
  }

  /** The first ten thousand pieces of a live data set by their ids, without metadata. */
  public SequencedMap<Long, Piece> activePieces(long dataSetId) {
    List<Object> answer =
        read(
            contracts.pdpVerifier(),
            Abi.encode("getActivePieces(uint256,uint256,uint256)", dataSetId, 0, MOST_PIECES),
            "(bytes)[]",
            "uint256[]",
            "bool");
    List<?> cids = items(answer, 0);
    List<?> ids = items(answer, 1);
    SequencedMap<Long, Piece> pieces = new LinkedHashMap<>();
    for (int i = 0; i < ids.size(); i++) {
      byte[] cid = (byte[]) ((List<?>) cids.get(i)).getFirst();
      pieces.put(((BigInteger) ids.get(i)).longValueExact(), Piece.of(cid));
    }
    return pieces;
  }

  public boolean isDataSetLive(long dataSetId) {
    return number(contracts.pdpVerifier(), Abi.encode("dataSetLive(uint256)", dataSetId)) == 1;
  }

  public long nextPieceId(long dataSetId) {
    return number(contracts.pdpVerifier(), Abi.encode("getNextPieceId(uint256)", dataSetId));
  }

  public long nextChallengeEpoch(long dataSetId) {
    return number(contracts.pdpVerifier(), Abi.encode("getNextChallengeEpoch(uint256)", dataSetId));
  }

  /** The last epoch of the open proving period; 0 before the first. */
  public long provingDeadline(long dataSetId) {
    return number(contracts.stateView(), Abi.encode("provingDeadline(uint256)", dataSetId));
  }

  /** The begin of the window of the proving period that could be opened now. */
  public long nextChallengeWindowStart(long dataSetId) {
    if (provingDeadline(dataSetId) == 0) {
      return devnet.epoch() + DevnetContracts.PROVING_PERIOD - DevnetContracts.CHALLENGE_WINDOW;
    }
    return number(
        contracts.stateView(), Abi.encode("nextPDPChallengeWindowStart(uint256)", dataSetId));
  }

  // ------------------------------------------------------------------------------------- providers
  // and the operator

  /** The id that the address registered under, or 0. */
  public long providerId(String provider) {
    return number(
        contracts.serviceProviderRegistry(),
        Abi.encode("getProviderIdByAddress(address)", provider));
  }

  public boolean isProviderApproved(long providerId) {
    return number(contracts.stateView(), Abi.encode("isProviderApproved(uint256)", providerId))
        == 1;
  }

  /** The providers that clients choose first, in the order of their endorsement. */
  public List<Long> endorsedProviders() {
    List<Object> answer =
        read(contracts.endorsements(), Abi.encode("getProviderIds()"), "uint256[]");
    return items(answer, 0).stream().map(item -> ((BigInteger) item).longValueExact()).toList();
  }

  /** The contract that may settle and end CDN rails. */
  public String fwssController() {
    return text(
        read(contracts.stateView(), Abi.encode("filBeamControllerAddress()"), "address"), 0);
  }

  public OwedUsage owedUsage(long dataSetId) {
    return owedUsage(contracts.filBeamOperator(), dataSetId);
  }

  public OwedUsage owedUsage(String filBeamOperator, long dataSetId) {
    List<Object> fields =
        read(
            filBeamOperator,
            Abi.encode("dataSetUsage(uint256)", dataSetId),
            "uint256",
            "uint256",
            "uint256");
    return new OwedUsage(amount(fields, 0), amount(fields, 1), id(fields, 2));
  }

  public BigInteger cdnRatePerByte() {
    return amount(read(contracts.filBeamOperator(), Abi.encode("cdnRatePerByte()"), "uint256"), 0);
  }

  public BigInteger cacheMissRatePerByte() {
    return amount(
        read(contracts.filBeamOperator(), Abi.encode("cacheMissRatePerByte()"), "uint256"), 0);
  }

  // --------------------------------------------------------------------------------------------------------- inside

  private List<Object> read(String contract, String data, String... types) {
    return devnet.transactions().read(contract, LATEST, data, types);
  }

  private long number(String contract, String data) {
    return id(read(contract, data, "uint256"), 0);
  }

  private Map<String, String> metadata(String data) {
    List<Object> answer = read(contracts.stateView(), data, "string[]", "string[]");
    List<?> keys = items(answer, 0);
    List<?> values = items(answer, 1);
    Map<String, String> metadata = new LinkedHashMap<>();
    Stream.iterate(0, i -> i < keys.size(), i -> i + 1)
        .forEach(i -> metadata.put((String) keys.get(i), (String) values.get(i)));
    return Collections.unmodifiableMap(metadata);
  }

  private static BigInteger amount(List<Object> fields, int index) {
    return (BigInteger) fields.get(index);
  }

  private static long id(List<Object> fields, int index) {
    return amount(fields, index).longValueExact();
  }

  private static String text(List<Object> fields, int index) {
    return (String) fields.get(index);
  }

  private static List<?> items(List<Object> fields, int index) {
    return (List<?>) fields.get(index);
  }
}
