package io.filcdn.testing.provider;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.testing.chain.PdpOffering;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.UUID;

/**
 * Curio's {@code /pdp/piece}: uploads of pieces, and whether one is there.
 *
 * <ul>
 *   <li>{@code POST /pdp/piece} announces a piece by its CID; then {@code PUT
 *       /pdp/piece/upload/{id}} brings its bytes;
 *   <li>{@code POST /pdp/piece/uploads} opens an upload of a piece that has no name yet, {@code PUT
 *       /pdp/piece/uploads/{id}} brings its bytes, and {@code POST} to the same path names it;
 *   <li>{@code GET /pdp/piece?pieceCid=} finds one.
 * </ul>
 *
 * <p>Left out: {@code /pdp/piece/pull} between providers, and {@code notify}. Thread-safe.
 */
final class PieceUploads implements HttpHandler {

  static final String PATH = "/pdp/piece";

  private static final int MOST_UPLOADS = 1_000;

  private final PieceStore store;

  /** The uploads that are open, in their order; the oldest go where there are too many. */
  @GuardedBy("uploads")
  private final SequencedMap<String, Upload> uploads = new LinkedHashMap<>();

  /**
   * An upload.
   *
   * @param announced the piece that was announced, where one was
   * @param received the piece that its bytes are, once they are here
   */
  private record Upload(Optional<PieceCid> announced, Optional<PieceCid> received) {}

  PieceUploads(PieceStore store) {
    this.store = store;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    PdpRequest request = PdpRequest.of(exchange, PATH);
    try {
      if (request.is("GET")) {
        find(exchange);
      } else if (request.is("POST")) {
        announce(exchange);
      } else if (request.is("POST", "uploads")) {
        Answer.created(exchange, PATH + "/uploads/" + open(Optional.empty()));
      } else if (request.is("PUT", "upload", "*") || request.is("PUT", "uploads", "*")) {
        receive(exchange, request.path().get(1));
      } else if (request.is("POST", "uploads", "*")) {
        name(exchange, request.path().get(1));
      } else {
        Answer.text(exchange, 404, "expected a path and method of " + PATH);
      }
    } catch (IllegalArgumentException e) {
      Answer.text(exchange, 400, e);
    } catch (PieceStore.TooLargeException e) {
      Answer.text(exchange, 413, e);
    }
  }

  private void find(HttpExchange exchange) throws IOException {
    String query = Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse("");
    if (!query.startsWith("pieceCid=")) {
      throw new IllegalArgumentException("expected ?pieceCid=, found \"%s\"".formatted(query));
    }
    PieceCid cid = PieceCid.parse(query.substring("pieceCid=".length()));
    if (store.find(cid).isPresent()) {
      found(exchange, cid);
    } else {
      Answer.text(exchange, 404, "no such piece");
    }
  }

  private void announce(HttpExchange exchange) throws IOException {
    PieceCid cid = PdpRequest.pieceCid(PdpRequest.json(exchange));
    if (cid.rawSize() > PdpOffering.LARGEST_PIECE) {
      throw new IllegalArgumentException(
          "expected a piece of at most %d bytes, found %d"
              .formatted(PdpOffering.LARGEST_PIECE, cid.rawSize()));
    }
    if (store.find(cid).isPresent()) {
      found(exchange, cid);
    } else {
      Answer.created(exchange, PATH + "/upload/" + open(Optional.of(cid)));
    }
  }

  private void receive(HttpExchange exchange, String id) throws IOException {
    Optional<Upload> upload = upload(id);
    if (upload.isEmpty()) {
      Answer.text(exchange, 404, "no such upload");
      return;
    }
    Optional<PieceCid> announced = upload.get().announced();
    PieceCid received =
        store.put(
            exchange.getRequestBody(),
            announced.map(PieceCid::rawSize).orElse(PdpOffering.LARGEST_PIECE));
    if (announced.isPresent()) {
      check(announced.get(), received);
    }
    put(id, new Upload(announced, Optional.of(received)));
    Answer.empty(exchange, 204);
  }

  private void name(HttpExchange exchange, String id) throws IOException {
    PieceCid wanted = PdpRequest.pieceCid(PdpRequest.json(exchange));
    Optional<PieceCid> received = upload(id).flatMap(Upload::received);
    if (received.isEmpty()) {
      Answer.text(exchange, 404, "no upload of that id that has its bytes");
      return;
    }
    check(wanted, received.get());
    close(id);
    found(exchange, wanted);
  }

  private static void check(PieceCid wanted, PieceCid received) {
    if (!wanted.equals(received)) {
      throw new IllegalArgumentException(
          "expected the bytes of %s, found those of %s".formatted(wanted, received));
    }
  }

  private static void found(HttpExchange exchange, PieceCid cid) throws IOException {
    Answer.json(exchange, 200, Map.of("pieceCid", cid.toString()));
  }

  private String open(Optional<PieceCid> announced) {
    String id = UUID.randomUUID().toString();
    put(id, new Upload(announced, Optional.empty()));
    return id;
  }

  private void put(String id, Upload upload) {
    synchronized (uploads) {
      uploads.put(id, upload);
      if (uploads.size() > MOST_UPLOADS) {
        uploads.pollFirstEntry();
      }
    }
  }

  private Optional<Upload> upload(String id) {
    synchronized (uploads) {
      return Optional.ofNullable(uploads.get(id));
    }
  }

  private void close(String id) {
    synchronized (uploads) {
      uploads.remove(id);
    }
  }
}
