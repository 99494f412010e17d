package io.filcdn.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.filcdn.common.chain.Address;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.PieceGroups;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.common.proof.PieceTreeHasher;
import io.filcdn.testing.chain.Devnet;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.chain.Piece;
import io.filcdn.testing.process.Console;
import io.filcdn.testing.process.DataFolder;
import io.filcdn.testing.process.Http;
import io.filcdn.testing.process.Patience;
import io.filcdn.testing.process.StackFailure;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * The command {@code ./filcdn store}: hands files to the demo provider, adds them to the demo
 * payer's data set, tells the edge their trees, and prints where anyone can fetch them.
 */
final class Store {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /**
   * The most that Curio takes of one piece: a sector of 64 GiB, less the bits that padding takes.
   */
  private static final long MOST_BYTES = (64L << 30) / 128 * 127;

  private static final int READ_AT_ONCE = 1 << 20;

  private final StackFile stack;
  private final Console console;
  private final Http http;
  private final Clock clock;

  private Store(StackFile stack, Console console, Http http, Clock clock) {
    this.stack = stack;
    this.console = console;
    this.http = http;
    this.clock = clock;
  }

  /** Stores all of {@code files}, one after another. */
  static void run(DataFolder data, List<String> files, Console console, Http http, Clock clock)
      throws Exception {
    if (files.isEmpty()) {
      throw new StackFailure("expected at least one file: ./filcdn store FILE…");
    }
    List<Path> paths = files.stream().map(Store::readable).toList();
    StackFile stack =
        StackFile.read(data)
            .orElseThrow(
                () ->
                    new StackFailure(
                        "no stack is ready with the data in %s: start one with ./filcdn up"
                            .formatted(data.root())));
    if (!stack.isDevnet()) {
      throw new StackFailure(
          "store works on the devnet only, whose provider and payer are ours to command");
    }
    Store store = new Store(stack, console, http, clock);
    for (Path path : paths) {
      store.store(path);
    }
  }

  /** The file of that name, where a piece can be made of it. */
  private static Path readable(String file) {
    Path path = Path.of(file);
    objection(path)
        .ifPresent(
            found -> {
              throw new StackFailure("store: %s %s".formatted(file, found));
            });
    return path;
  }

  private static Optional<String> objection(Path path) {
    if (!Files.exists(path)) {
      return Optional.of("does not exist");
    }
    if (Files.isDirectory(path)) {
      return Optional.of("is a folder: expected a file");
    }
    if (!Files.isRegularFile(path)) {
      return Optional.of("is no regular file: expected a file");
    }
    if (!Files.isReadable(path)) {
      return Optional.of("cannot be read: its permissions do not allow it");
    }
    try (InputStream bytes = Files.newInputStream(path)) {
      if (bytes.read() < 0) {
        return Optional.of("is empty: expected at least one byte");
      }
      long size = Files.size(path);
      return size > MOST_BYTES
          ? Optional.of(
              "is too large: expected at most %d bytes, found %d".formatted(MOST_BYTES, size))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.of("cannot be read: " + e.getMessage());
    }
  }

  private void store(Path path) throws Exception {
    PieceCid cid = handOver(path);
    Address payer = stack.payer();
    if (Readiness.fetchable(http, stack, payer, cid)) {
      console.say("%s: stored already, as a piece with these bytes".formatted(path));
    } else {
      try (Devnet devnet = Devnet.at(stack.rpcUrl())) {
        devnet
            .asProvider(DevnetAccount.PROVIDER)
            .addPieces(stack.dataSetId(), List.of(Piece.of(cid.bytes())));
      }
      console.say("%s: on chain as a piece of data set %d".formatted(path, stack.dataSetId()));
      awaitFetchable(payer, cid);
    }
    sendTree(path, cid);
    console.say(stack.url(payer, cid));
  }

  /** Tells the edge the piece's tree, so that ranges of it are fetched alone from the first on. */
  private void sendTree(Path path, PieceCid cid) throws IOException {
    if (PieceGroups.ofTree(cid).count() <= 1) {
      return;
    }
    Optional<Integer> status =
        http.put(stack.treeUrl(cid), tree(path, cid).bytes()).map(HttpResponse::statusCode);
    if (status.filter(code -> code == 201 || code == 204).isEmpty()) {
      console.say(
          "%s: the edge does not take its tree (expected status 201 or 204, found %s): it is made when the piece is first fetched whole"
              .formatted(path, status.map(Object::toString).orElse("no answer")));
    }
  }

  private static PieceTree tree(Path path, PieceCid cid) throws IOException {
    PieceTreeHasher hasher = new PieceTreeHasher(cid);
    ByteBuffer part = ByteBuffer.allocateDirect(READ_AT_ONCE);
    try (SeekableByteChannel bytes = Files.newByteChannel(path)) {
      while (hasher.rawSize() <= cid.rawSize() && bytes.read(part.clear()) >= 0) {
        hasher.update(part.flip());
      }
    }
    if (hasher.rawSize() != cid.rawSize() || !hasher.finish().equals(cid)) {
      throw new StackFailure(
          "%s has changed while it was stored: expected the bytes of %s, found others"
              .formatted(path, cid));
    }
    return hasher.tree();
  }

  private void awaitFetchable(Address payer, PieceCid cid) {
    Patience patience = new Patience(console, Optional.empty());
    boolean served =
        patience.until(
            () -> Readiness.fetchable(http, stack, payer, cid),
            () -> Readiness.status(http, stack, payer, cid),
            () -> stack.url(payer, cid));
    if (!served) {
      throw new StackFailure(
          "%s cannot be fetched %s: expected status 200, found %s"
              .formatted(
                  stack.url(payer, cid),
                  patience.limit(),
                  Readiness.status(http, stack, payer, cid)
                      .map(Object::toString)
                      .orElse("no answer")));
    }
  }

  private PieceCid handOver(Path path) throws IOException, InterruptedException {
    URI url = URI.create(stack.provider() + "/piece");
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        InputStream bytes = Progress.of(path, console, clock)) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(url)
                  .PUT(HttpRequest.BodyPublishers.ofInputStream(() -> bytes))
                  .build(),
              BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new StackFailure(
            "the demo provider refused %s: expected status 200, found %d %s"
                .formatted(path, answer.statusCode(), answer.body().strip()));
      }
      JsonNode kept = JSON.readTree(answer.body());
      return PieceCid.parse(kept.path("cid").asText());
    } catch (ConnectException e) {
      throw new StackFailure(
          "the demo provider does not answer at %s: is the stack still up? ./filcdn status tells"
              .formatted(stack.provider()),
          e);
    } catch (IOException e) {
      throw new StackFailure(
          "store: %s did not reach the demo provider at %s: %s"
              .formatted(path, stack.provider(), e.getMessage()),
          e);
    }
  }
}
