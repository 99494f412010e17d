package io.filcdn.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.filcdn.common.chain.Address;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.stack.chain.Devnet;
import io.filcdn.stack.chain.DevnetAccount;
import io.filcdn.stack.chain.Piece;
import io.filcdn.stack.run.Console;
import io.filcdn.stack.run.DataFolder;
import io.filcdn.stack.run.Http;
import io.filcdn.stack.run.StackFailure;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/**
 * {@code ./filcdn store}: hands files to the demo provider, adds them to the demo payer's data set,
 * and prints where anyone can fetch them.
 */
final class Store {

  private static final JsonMapper JSON = JsonMapper.builder().build();

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

  private static Path readable(String file) {
    Path path = Path.of(file);
    if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
      throw new StackFailure(
          "%s %s"
              .formatted(
                  file,
                  !Files.exists(path)
                      ? "does not exist"
                      : Files.isDirectory(path)
                          ? "is a folder: expected a file"
                          : "cannot be read"));
    }
    return path;
  }

  private void store(Path path) throws Exception {
    PieceCid cid = handOver(path);
    Address payer = stack.payer();
    if (!Readiness.fetchable(http, stack, payer, cid)) {
      try (Devnet devnet = Devnet.at(stack.rpcUrl())) {
        devnet
            .asProvider(DevnetAccount.PROVIDER)
            .addPieces(stack.dataSetId(), List.of(Piece.of(cid.bytes())));
      }
      console.say("%s: on chain as a piece of data set %d".formatted(path, stack.dataSetId()));
      Readiness.awaitFetchable(http, stack, payer, cid);
    }
    console.say(stack.url(payer, cid));
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
    } catch (java.net.ConnectException e) {
      throw new StackFailure(
          "the demo provider does not answer at %s: is the stack still up? ./filcdn status tells"
              .formatted(stack.provider()),
          e);
    }
  }
}
