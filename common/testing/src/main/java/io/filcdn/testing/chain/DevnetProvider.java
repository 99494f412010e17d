package io.filcdn.testing.chain;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.web3j.utils.Numeric;

/**
 * A storage provider's deeds: registering, and keeping data sets.
 *
 * <p>The signatures that a payer would give it are empty: the devnet's FWSS does not look at them.
 */
public final class DevnetProvider {
  /** The metadata key that asks for the CDN. */
  public static final String WITH_CDN = "withCDN";

  private static final int PDP = 0;
  private static final BigInteger REGISTRATION_FEE =
      Devnet.tokens("5"); // in FIL, which has as many decimals
  static final BigInteger CLEANUP_DEPOSIT = Devnet.tokens("0.1"); // likewise
  private static final byte[] NO_SIGNATURE = {};
  private static final int CHALLENGES = 5;
  private static final long SLACK = DevnetContracts.CHALLENGE_WINDOW / 2;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final Devnet devnet;
  private final String account;

  DevnetProvider(Devnet devnet, String account) {
    this.devnet = devnet;
    this.account = account;
  }

  // ------------------------------------------------------------------------------------------------------- registry

  /** Registers with a PDP product at the service URL, and returns the provider's id. */
  public long register(String payee, String serviceUrl) {
    SortedMap<String, byte[]> offering = PdpOffering.at(serviceUrl, devnet.contracts().token());
    devnet.send(
        account,
        registry(),
        REGISTRATION_FEE,
        Abi.encode(
            "registerProvider(address,string,string,uint8,string[],bytes[])",
            payee,
            "devnet provider",
            "",
            PDP,
            List.copyOf(offering.keySet()),
            List.copyOf(offering.values())));
    return devnet.reads().providerId(account);
  }

  public Transaction updateServiceUrl(String serviceUrl) {
    return updateProduct(PdpOffering.at(serviceUrl, devnet.contracts().token()));
  }

  /** Replaces all capabilities of the PDP product, with any bytes. */
  public Transaction updateProduct(Map<String, byte[]> capabilities) {
    Map<String, byte[]> sorted = new TreeMap<>(capabilities);
    return devnet.send(
        account,
        registry(),
        Abi.encode(
            "updateProduct(uint8,string[],bytes[])",
            PDP,
            List.copyOf(sorted.keySet()),
            List.copyOf(sorted.values())));
  }

  public Transaction removeProduct() {
    return devnet.send(account, registry(), Abi.encode("removeProduct(uint8)", PDP));
  }

  public Transaction removeProvider() {
    return devnet.send(account, registry(), Abi.encode("removeProvider()"));
  }

  // ------------------------------------------------------------------------------------------------------ data sets

  /** Creates an empty data set for the payer and returns its id. */
  public long createDataSet(String payer, boolean withCdn) {
    return createDataSet(payer, withCdn ? Map.of(WITH_CDN, "") : Map.of());
  }

  /** As above, with metadata of one's own; {@link #WITH_CDN} among the keys asks for the CDN. */
  public long createDataSet(String payer, Map<String, String> metadata) {
    return idOf(createDataSetTransaction(payer, metadata));
  }

  /** Creates many empty data sets with the CDN in one block, and returns their ids in order. */
  public List<Long> createDataSets(String payer, int count) {
    List<String> calls =
        IntStream.range(0, count).mapToObj(_ -> creation(payer, Map.of(WITH_CDN, ""))).toList();
    return devnet.sendTogether(account, verifier(), CLEANUP_DEPOSIT, calls).stream()
        .map(DevnetProvider::idOf)
        .toList();
  }

  private static long idOf(Transaction creation) {
    return ProviderTransactions.createdDataSet(creation).orElseThrow();
  }

  Transaction createDataSetTransaction(String payer, Map<String, String> metadata) {
    return devnet.send(account, verifier(), CLEANUP_DEPOSIT, creation(payer, metadata));
  }

  private String creation(String payer, Map<String, String> metadata) {
    Map<String, String> sorted = new TreeMap<>(metadata);
    byte[] extraData =
        Abi.encodeArguments(
            "(address,uint256,string[],string[],bytes)",
            payer,
            unusedNonce(),
            List.copyOf(sorted.keySet()),
            List.copyOf(sorted.values()),
            NO_SIGNATURE);
    return Abi.encode("createDataSet(address,bytes)", devnet.contracts().fwss(), extraData);
  }

  /** Adds pieces in one transaction and returns the id of the first; the others follow it. */
  public long addPieces(long dataSetId, List<Piece> pieces) {
    long first = devnet.reads().nextPieceId(dataSetId);
    addPiecesTransaction(dataSetId, pieces);
    return first;
  }

  Transaction addPiecesTransaction(long dataSetId, List<Piece> pieces) {
    return devnet.send(
        account,
        verifier(),
        ProviderTransactions.addition(dataSetId, pieces, unsignedAddition(pieces)));
  }

  /**
   * Sends the transaction that adds pieces without waiting for a block, and returns its hash, of
   * which {@link ProviderTransactions#find} tells more.
   */
  public String submitPieces(long dataSetId, List<Piece> pieces) {
    return new ProviderTransactions(devnet, account)
        .addPieces(dataSetId, pieces, unsignedAddition(pieces));
  }

  private byte[] unsignedAddition(List<Piece> pieces) {
    return Abi.encodeArguments(
        "(uint256,string[][],string[][],bytes)",
        unusedNonce(),
        pieces.stream().map(piece -> List.copyOf(piece.metadata().keySet())).toList(),
        pieces.stream().map(piece -> List.copyOf(piece.metadata().values())).toList(),
        NO_SIGNATURE);
  }

  /** Has pieces removed in the next proving period; until then nothing shows on chain. */
  public Transaction scheduleRemovals(long dataSetId, List<Long> pieceIds) {
    return devnet.send(
        account,
        verifier(),
        Abi.encode(
            "schedulePieceDeletions(uint256,uint256[],bytes)",
            dataSetId,
            pieceIds.stream().map(BigInteger::valueOf).toList(),
            Abi.encodeArguments("(bytes)", (Object) NO_SIGNATURE)));
  }

  /**
   * Opens the next proving period, with a challenge in the middle of its window. Refused within a
   * period already opened.
   */
  public Transaction nextProvingPeriod(long dataSetId) {
    long window = devnet.reads().nextChallengeWindowStart(dataSetId);
    return devnet.send(
        account,
        verifier(),
        Abi.encode(
            "nextProvingPeriod(uint256,uint256,bytes)", dataSetId, window + SLACK, NO_SIGNATURE));
  }

  /** Schedules removals and opens the next proving period, jumping to where that is allowed. */
  public Transaction removePieces(long dataSetId, List<Long> pieceIds) {
    scheduleRemovals(dataSetId, pieceIds);
    long opensAfter = devnet.reads().provingDeadline(dataSetId) - DevnetContracts.PROVING_PERIOD;
    jumpTo(opensAfter + 1);
    return nextProvingPeriod(dataSetId);
  }

  /**
   * Proves possession, jumping to the challenge that was set. The devnet's verifier takes any
   * proof.
   */
  public Transaction prove(long dataSetId) {
    jumpTo(devnet.reads().nextChallengeEpoch(dataSetId));
    return devnet.send(account, verifier(), proofs(dataSetId));
  }

  /** Ends storage: the PDP rail, and not the CDN. */
  public Transaction terminateService(long dataSetId) {
    return devnet.send(
        account, devnet.contracts().fwss(), Abi.encode("terminateService(uint256)", dataSetId));
  }

  /**
   * As above, with the payer's consent, which the devnet takes for granted: the PDP rail ends at
   * once.
   */
  public Transaction terminateServiceAtOnce(long dataSetId) {
    return devnet.send(
        account,
        devnet.contracts().fwss(),
        Abi.encode(
            "terminateService(uint256,bytes)",
            dataSetId,
            Abi.encodeArguments("(bytes)", (Object) NO_SIGNATURE)));
  }

  /**
   * Erases the data set; FWSS allows it once the PDP rail has ended and is settled, or after 30
   * days without a proof.
   */
  public Transaction deleteDataSet(long dataSetId) {
    return devnet.send(
        account, verifier(), Abi.encode("deleteDataSet(uint256,bytes)", dataSetId, NO_SIGNATURE));
  }

  // --------------------------------------------------------------------------------------------------------- inside

  private void jumpTo(long epoch) {
    long missing = epoch - devnet.epoch();
    if (missing > 0) {
      devnet.rpc().call("anvil_mine", Numeric.encodeQuantity(BigInteger.valueOf(missing)));
    }
  }

  /** Never used twice: the account's address and 64 random bits. */
  private BigInteger unusedNonce() {
    return Numeric.toBigInt(account).shiftLeft(64).add(new BigInteger(64, RANDOM));
  }

  /** The call provePossession with as many empty proofs as a period asks for. */
  private static String proofs(long dataSetId) {
    List<Object> proof = List.of(new byte[32], List.of()); // a leaf, and no path to the root
    return Abi.encode(
        "provePossession(uint256,(bytes32,bytes32[])[])",
        dataSetId,
        Collections.nCopies(CHALLENGES, proof));
  }

  private String registry() {
    return devnet.contracts().serviceProviderRegistry();
  }

  private String verifier() {
    return devnet.contracts().pdpVerifier();
  }
}
