package io.filcdn.testing.provider;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.testing.chain.ContractRevert;
import io.filcdn.testing.chain.DevnetReads;
import io.filcdn.testing.chain.Piece;
import io.filcdn.testing.chain.ProviderTransactions;
import io.filcdn.testing.chain.ProviderTransactions.Outcome;
import io.filcdn.testing.chain.ProviderTransactions.Sent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Curio's {@code /pdp/data-sets}: transactions that a client asks the provider to send, and what
 * became of them.
 *
 * <ul>
 *   <li>{@code POST /pdp/data-sets} and {@code POST /pdp/data-sets/create-and-add} create one, and
 *       {@code GET /pdp/data-sets/created/{transaction}} tells its id;
 *   <li>{@code POST /pdp/data-sets/{id}/pieces} adds pieces that the provider has, and {@code GET
 *       /pdp/data-sets/{id}/pieces/added/{transaction}} tells their ids;
 *   <li>{@code GET /pdp/data-sets/{id}} lists its pieces;
 *   <li>{@code DELETE /pdp/data-sets/{id}/pieces/{pieceId}} has one removed.
 * </ul>
 *
 * <p>Left out: pieces of several subpieces, and deleting data sets. Thread-safe.
 */
final class DataSetRequests implements HttpHandler {

  static final String PATH = "/pdp/data-sets";

  private static final Pattern HASH = Pattern.compile("0x[0-9a-fA-F]{64}");

  /** The name that Curio gives those who need no account. */
  private static final String SERVICE = "public";

  private final PieceStore store;
  private final ProviderTransactions transactions;
  private final DevnetReads chain;

  DataSetRequests(PieceStore store, ProviderTransactions transactions, DevnetReads chain) {
    this.store = store;
    this.transactions = transactions;
    this.chain = chain;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    PdpRequest request = PdpRequest.of(exchange, PATH);
    try {
      if (request.is("POST")) {
        create(exchange);
      } else if (request.is("POST", "create-and-add")) {
        createAndAdd(exchange);
      } else if (request.is("GET", "created", "*")) {
        tell(exchange, request.path().get(1), DataSetRequests::created);
      } else if (request.is("POST", "*", "pieces")) {
        add(exchange, request.number(0));
      } else if (request.is("GET", "*", "pieces", "added", "*")) {
        long dataSetId = request.number(0);
        tell(exchange, request.path().get(3), sent -> added(sent, dataSetId));
      } else if (request.is("GET", "*")) {
        show(exchange, request.number(0));
      } else if (request.is("DELETE", "*", "pieces", "*")) {
        delete(exchange, request.number(0), request.number(2));
      } else {
        Answer.text(exchange, 404, "expected a path and method of " + PATH);
      }
    } catch (IllegalArgumentException e) {
      Answer.text(exchange, 400, e);
    } catch (ContractRevert e) {
      Answer.text(exchange, 500, "Failed to send transaction: " + e.getMessage());
    }
  }

  private void show(HttpExchange exchange, long dataSetId) throws IOException {
    if (!chain.isDataSetLive(dataSetId)) {
      Answer.text(exchange, 404, "no such data set");
      return;
    }
    List<Map<String, Object>> pieces = new ArrayList<>();
    chain
        .activePieces(dataSetId)
        .forEach(
            (id, piece) -> {
              String cid = PieceCid.fromBytes(piece.cidBytes()).toString();
              pieces.add(
                  Map.of("pieceId", id, "pieceCid", cid, "subPieceCid", cid, "subPieceOffset", 0));
            });
    Answer.json(
        exchange,
        200,
        Map.of(
            "id",
            dataSetId,
            "pieces",
            pieces,
            "nextChallengeEpoch",
            chain.nextChallengeEpoch(dataSetId)));
  }

  private void create(HttpExchange exchange) throws IOException {
    JsonNode json = PdpRequest.json(exchange);
    if (isForOurService(exchange, json)) {
      String hash = transactions.createDataSet(PdpRequest.extraData(json));
      Answer.created(exchange, PATH + "/created/" + hash);
    }
  }

  private void createAndAdd(HttpExchange exchange) throws IOException {
    JsonNode json = PdpRequest.json(exchange);
    if (isForOurService(exchange, json)) {
      String hash = transactions.createDataSet(pieces(json), PdpRequest.extraData(json));
      Answer.created(exchange, PATH + "/created/" + hash);
    }
  }

  private void add(HttpExchange exchange, long dataSetId) throws IOException {
    JsonNode json = PdpRequest.json(exchange);
    String hash = transactions.addPieces(dataSetId, pieces(json), PdpRequest.extraData(json));
    Answer.created(exchange, "%s/%d/pieces/added/%s".formatted(PATH, dataSetId, hash));
  }

  private void delete(HttpExchange exchange, long dataSetId, long pieceId) throws IOException {
    byte[] extraData = PdpRequest.extraData(PdpRequest.json(exchange));
    String hash = transactions.schedulePieceDeletion(dataSetId, pieceId, extraData);
    Answer.json(exchange, 200, Map.of("txHash", hash));
  }

  private boolean isForOurService(HttpExchange exchange, JsonNode json) throws IOException {
    String recordKeeper = json.path("recordKeeper").asText();
    if (recordKeeper.equalsIgnoreCase(transactions.recordKeeper())) {
      return true;
    }
    Answer.text(
        exchange,
        403,
        "expected the recordKeeper %s, found \"%s\""
            .formatted(transactions.recordKeeper(), recordKeeper));
    return false;
  }

  /** The pieces that the body lists, all of which must be here. */
  private List<Piece> pieces(JsonNode json) throws IOException {
    List<Piece> pieces = new ArrayList<>();
    for (JsonNode piece : json.path("pieces")) {
      PieceCid cid = PdpRequest.pieceCid(piece);
      if (store.find(cid).isEmpty()) {
        throw new IllegalArgumentException("expected a piece that is stored here, found " + cid);
      }
      pieces.add(Piece.of(cid.bytes()));
    }
    return pieces;
  }

  /** A sent transaction as a client reads of it. */
  @FunctionalInterface
  private interface Report {
    Map<String, @Nullable Object> of(Sent sent);
  }

  private void tell(HttpExchange exchange, String hash, Report report) throws IOException {
    if (!HASH.matcher(hash).matches()) {
      throw new IllegalArgumentException(
          "expected a transaction's hash, found \"%s\"".formatted(hash));
    }
    Optional<Sent> sent = transactions.find(hash);
    if (sent.isPresent()) {
      Answer.json(exchange, 200, report.of(sent.get()));
    } else {
      Answer.text(exchange, 404, "no such transaction");
    }
  }

  private static Map<String, @Nullable Object> created(Sent sent) {
    Map<String, @Nullable Object> report = new LinkedHashMap<>();
    report.put("createMessageHash", sent.hash());
    report.put("service", SERVICE);
    report.put("txStatus", status(sent));
    report.put("ok", ok(sent));
    Optional<Long> dataSetId =
        sent.outcome() instanceof Outcome.Confirmed done ? done.dataSetId() : Optional.empty();
    report.put("dataSetCreated", dataSetId.isPresent());
    dataSetId.ifPresent(id -> report.put("dataSetId", id));
    return report;
  }

  private static Map<String, @Nullable Object> added(Sent sent, long dataSetId) {
    Map<String, @Nullable Object> report = new LinkedHashMap<>();
    report.put("txHash", sent.hash());
    report.put("txStatus", status(sent));
    report.put("dataSetId", dataSetId);
    report.put("pieceCount", sent.pieceCount());
    report.put("addMessageOk", ok(sent));
    List<Long> ids = sent.outcome() instanceof Outcome.Confirmed done ? done.pieceIds() : List.of();
    report.put("piecesAdded", !ids.isEmpty());
    if (!ids.isEmpty()) {
      report.put("confirmedPieceIds", ids);
    }
    return report;
  }

  private static String status(Sent sent) {
    return switch (sent.outcome()) {
      case Outcome.Pending() -> "pending";
      case Outcome.Rejected() -> "rejected";
      case Outcome.Confirmed _ -> "confirmed";
    };
  }

  /** Null where it is not known yet. */
  private static @Nullable Boolean ok(Sent sent) {
    return switch (sent.outcome()) {
      case Outcome.Pending() -> null;
      case Outcome.Rejected() -> false;
      case Outcome.Confirmed _ -> true;
    };
  }
}
