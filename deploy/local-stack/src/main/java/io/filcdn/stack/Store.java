package io.filcdn.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.PieceGroups;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.common.proof.PieceTreeHasher;
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
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;

/**
 * The command {@code ./filcdn store}: hands files to the demo provider, adds them to the demo
 * payer's data set, tells the edge their trees, and prints where anyone can fetch them. A file that
 * fails stays behind, and the others go on; each step is one for all of them.
 */
final class Store {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static final int READ_AT_ONCE = 1 << 20;

  private final FilesToStore files;
  private final StackFile stack;
  private final Console console;
  private final Http http;
  private final Clock clock;

  private Store(FilesToStore files, StackFile stack, Console console, Http http, Clock clock) {
    this.files = files;
    this.stack = stack;
    this.console = console;
    this.http = http;
    this.clock = clock;
  }

  /**
   * Stores files, and all files of folders.
   *
   * @throws StackFailure where any is not stored in the end
   */
  static void run(DataFolder data, List<String> names, Console console, Http http, Clock clock)
      throws Exception {
    FilesToStore files = FilesToStore.of(names);
    if (files.onTheirWay().isEmpty()) {
      files.report(console, PieceCid::toString);
    }
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
    new Store(files, stack, console, http, clock).run();
    files.report(console, piece -> stack.url(stack.payer(), piece));
  }

  private void run() throws Exception {
    handOver();
    List<PieceCid> unserved = files.pieces().stream().filter(piece -> !isFetchable(piece)).toList();
    console.say(
        "At the provider: %s, with %s that nobody can fetch yet."
            .formatted(count(files.onTheirWay().size(), "file"), count(unserved.size(), "piece")));
    if (!unserved.isEmpty()) {
      awaitFetchable(new Additions(files, stack, console).of(unserved));
    }
    sendTrees();
  }

  /** A number of things, as in {@code 1 file} or {@code 2 files}. */
  static String count(int number, String thing) {
    return "%d %s%s".formatted(number, thing, number == 1 ? "" : "s");
  }

  private void handOver() throws InterruptedException {
    Progress progress = Progress.of(files.onTheirWay(), console, clock);
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      for (FileToStore file : files.onTheirWay()) {
        handOver(file, progress, client);
      }
    }
  }

  private void handOver(FileToStore file, Progress progress, HttpClient client)
      throws InterruptedException {
    URI url = URI.create(stack.provider() + "/piece");
    try (InputStream bytes = progress.open(file.path())) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(url)
                  .PUT(HttpRequest.BodyPublishers.ofInputStream(() -> bytes))
                  .build(),
              BodyHandlers.ofString());
      if (answer.statusCode() == 200) {
        JsonNode kept = JSON.readTree(answer.body());
        file.becomes(PieceCid.parse(kept.path("cid").asText()));
      } else {
        file.fail(
            "was refused by the demo provider: expected status 200, found %d %s"
                .formatted(answer.statusCode(), answer.body().strip()));
      }
    } catch (ConnectException e) {
      throw new StackFailure(
          "the demo provider does not answer at %s: is the stack still up? ./filcdn status tells"
              .formatted(stack.provider()),
          e);
    } catch (IOException e) {
      file.fail("did not reach the demo provider at %s: %s".formatted(stack.provider(), e));
    }
  }

  private boolean isFetchable(PieceCid piece) {
    return Readiness.fetchable(http, stack, stack.payer(), piece);
  }

  private Optional<Integer> status(PieceCid piece) {
    return Readiness.status(http, stack, stack.payer(), piece);
  }

  /**
   * Waits for the first of those that are left: edges hear of pieces in the order in which they
   * came on chain.
   */
  private void awaitFetchable(SequencedSet<PieceCid> unserved) {
    Patience patience = new Patience(console, Optional.empty());
    boolean served =
        patience.until(
            () -> {
              while (!unserved.isEmpty() && isFetchable(unserved.getFirst())) {
                unserved.removeFirst();
              }
              return unserved.isEmpty();
            },
            unserved::size,
            () -> "the edge to serve " + count(unserved.size(), "piece"));
    if (!served) {
      unserved.removeIf(this::isFetchable);
      files.fail(
          unserved,
          piece ->
              "cannot be fetched at %s %s: expected status 200, found %s"
                  .formatted(
                      stack.url(stack.payer(), piece),
                      patience.limit(),
                      status(piece).map(Object::toString).orElse("no answer")));
    }
  }

  /** Tells the edge trees of pieces, so that ranges are fetched alone from the first on. */
  private void sendTrees() {
    Set<PieceCid> sent = new HashSet<>();
    for (FileToStore file : files.onTheirWay()) {
      PieceCid piece = file.piece().orElseThrow();
      if (PieceGroups.ofTree(piece).count() > 1 && sent.add(piece)) {
        sendTree(file, piece);
      }
    }
  }

  private void sendTree(FileToStore file, PieceCid piece) {
    Optional<PieceTree> tree;
    try {
      tree = tree(file.path(), piece);
    } catch (IOException e) {
      file.fail("cannot be read: " + e);
      return;
    }
    if (tree.isEmpty()) {
      file.fail("has changed while it was stored: expected the bytes of %s".formatted(piece));
      return;
    }
    Optional<Integer> status =
        http.put(stack.treeUrl(piece), tree.get().bytes()).map(HttpResponse::statusCode);
    if (status.filter(code -> code == 201 || code == 204).isEmpty()) {
      console.say(
          "%s: the edge does not take its tree (expected status 201 or 204, found %s): it is made when the piece is first fetched whole"
              .formatted(file.path(), status.map(Object::toString).orElse("no answer")));
    }
  }

  /** The file's tree; none where it is not that piece any more. */
  private static Optional<PieceTree> tree(Path path, PieceCid piece) throws IOException {
    PieceTreeHasher hasher = new PieceTreeHasher(piece);
    ByteBuffer part = ByteBuffer.allocateDirect(READ_AT_ONCE);
    try (SeekableByteChannel bytes = Files.newByteChannel(path)) {
      while (hasher.rawSize() <= piece.rawSize() && bytes.read(part.clear()) >= 0) {
        hasher.update(part.flip());
      }
    }
    return hasher.rawSize() == piece.rawSize() && hasher.finish().equals(piece)
        ? Optional.of(hasher.tree())
        : Optional.empty();
  }
}
