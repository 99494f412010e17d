package io.filcdn.testing.chain;

import static io.filcdn.testing.chain.Abi.cids;

import io.filcdn.chain.abi.AbiSignature;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import org.web3j.protocol.core.methods.response.TransactionReceipt;
import org.web3j.utils.Numeric;
import tools.jackson.databind.JsonNode;

/**
 * The transactions that a storage provider sends when a client asks for them, with what the client
 * signed. Each is tried against the pending block, sent and not waited for: {@link #find} tells
 * what became of it.
 */
public final class ProviderTransactions {
  private static final String NO_LISTENER = "0x0000000000000000000000000000000000000000";
  private static final String ADD_PIECES = "addPieces(uint256,address,(bytes)[],bytes)";
  private static final List<String> ADD_PIECES_TYPES =
      List.of("uint256", "address", "(bytes)[]", "bytes");

  private final Devnet devnet;
  private final String account;

  ProviderTransactions(Devnet devnet, String account) {
    this.devnet = devnet;
    this.account = account;
  }

  /**
   * A transaction that was sent.
   *
   * @param pieceCount of the pieces that it adds
   */
  public record Sent(String hash, int pieceCount, Outcome outcome) {}

  /** The fate of a transaction that was sent. */
  public sealed interface Outcome {
    /** It is in no block yet. */
    record Pending() implements Outcome {}

    /** It is in a block, and the contract refused it there. */
    record Rejected() implements Outcome {}

    /**
     * It is in a block and done.
     *
     * @param dataSetId of the data set that it created, where it did
     * @param pieceIds of the pieces that it added, in order
     */
    record Confirmed(Optional<Long> dataSetId, List<Long> pieceIds) implements Outcome {
      public Confirmed {
        pieceIds = List.copyOf(pieceIds);
      }
    }
  }

  /** The service contract that every data set here is created under. */
  public String recordKeeper() {
    return devnet.contracts().fwss();
  }

  /**
   * Creates an empty data set and returns the transaction's hash, as the next three do.
   *
   * @param extraData for the service contract: who pays, the metadata, the payer's signature
   * @throws ContractRevert where the contracts refuse it
   */
  public String createDataSet(byte[] extraData) {
    return submit(
        DevnetProvider.CLEANUP_DEPOSIT,
        Abi.encode("createDataSet(address,bytes)", recordKeeper(), extraData));
  }

  /** Creates a data set with pieces in it. */
  public String createDataSet(List<Piece> pieces, byte[] extraData) {
    return submit(DevnetProvider.CLEANUP_DEPOSIT, addition(0, recordKeeper(), pieces, extraData));
  }

  /** Adds pieces to a data set. */
  public String addPieces(long dataSetId, List<Piece> pieces, byte[] extraData) {
    return submit(BigInteger.ZERO, addition(dataSetId, pieces, extraData));
  }

  /** Has a piece removed in the next proving period. */
  public String schedulePieceDeletion(long dataSetId, long pieceId, byte[] extraData) {
    return submit(
        BigInteger.ZERO,
        Abi.encode(
            "schedulePieceDeletions(uint256,uint256[],bytes)",
            dataSetId,
            List.of(pieceId),
            extraData));
  }

  /** The transaction with this hash; empty where the chain knows none. */
  public Optional<Sent> find(String hash) {
    JsonNode transaction = devnet.rpc().call("eth_getTransactionByHash", hash);
    if (transaction.isNull()) {
      return Optional.empty();
    }
    Outcome outcome =
        devnet
            .transactions()
            .receipt(hash)
            .map(ProviderTransactions::outcome)
            .orElseGet(Outcome.Pending::new);
    return Optional.of(new Sent(hash, pieceCount(transaction.get("input").asString()), outcome));
  }

  private static Outcome outcome(TransactionReceipt receipt) {
    if (!receipt.isStatusOK()) {
      return new Outcome.Rejected();
    }
    Transaction done = Transaction.of(receipt);
    return new Outcome.Confirmed(createdDataSet(done), addedPieces(done));
  }

  /** The id of the data set that a transaction created. */
  static Optional<Long> createdDataSet(Transaction transaction) {
    return transaction
        .first(Abi.topic0("DataSetCreated(uint256,address)"))
        .map(log -> Numeric.toBigInt(log.topics().get(1)).longValueExact());
  }

  private static List<Long> addedPieces(Transaction transaction) {
    return transaction
        .first(Abi.topic0("PiecesAdded(uint256,uint256[],(bytes)[])"))
        .map(log -> (List<?>) Abi.decode(log.data(), List.of("uint256[]", "(bytes)[]")).getFirst())
        .orElse(List.of())
        .stream()
        .map(id -> ((BigInteger) id).longValueExact())
        .toList();
  }

  private static int pieceCount(String input) {
    String selector = AbiSignature.of(ADD_PIECES).selector();
    if (!input.startsWith(selector)) {
      return 0;
    }
    List<Object> arguments =
        Abi.decode("0x" + input.substring(selector.length()), ADD_PIECES_TYPES);
    return ((List<?>) arguments.get(2)).size();
  }

  /** The call that adds pieces to a data set. */
  static String addition(long dataSetId, List<Piece> pieces, byte[] extraData) {
    return addition(dataSetId, NO_LISTENER, pieces, extraData);
  }

  private static String addition(
      long dataSetId, String listener, List<Piece> pieces, byte[] extraData) {
    return Abi.encode(
        ADD_PIECES,
        dataSetId,
        listener,
        cids(pieces.stream().map(Piece::cidBytes).toList()),
        extraData);
  }

  private String submit(BigInteger value, String data) {
    return devnet.transactions().submit(account, devnet.contracts().pdpVerifier(), value, data);
  }
}
