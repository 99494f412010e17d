package io.filcdn.indexer.fake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.filcdn.common.chain.Address;
import io.filcdn.common.piece.PieceCid;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;

/**
 * A node with a long final chain, whose answers lie ready in a file: it costs the machine that it
 * shares with the indexer as little as can be. The events are shaped like real ones: data sets that
 * grow by a transaction of ten pieces at a time, top-ups, reports, settlements, removals.
 */
public final class BenchNode implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LOGS_IN_A_BLOCK = 20;
  private static final int PIECES_AT_ONCE = 10;
  private static final int DATA_SETS = 400;
  private static final int PROVIDERS = 30;

  private final Path file;
  private final FileChannel answers;
  private final HttpServer server;
  private final long[] ends;
  private final int events;

  private BenchNode(Path file, long[] ends, int events) throws IOException {
    this.file = file;
    this.ends = ends;
    this.events = events;
    answers = FileChannel.open(file);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  /** Writes a chain with at least so many events, and starts. */
  public static BenchNode withEvents(int atLeast, long seed) throws IOException {
    Path file = Files.createTempFile("bench-node", ".json");
    List<Long> ends = new ArrayList<>();
    Story story = new Story(new Random(seed));
    int events = 0;
    long written = 0;
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      while (events < atLeast) {
        StringBuilder block = new StringBuilder();
        List<FakeLog> logs = story.block();
        for (int i = 0; i < logs.size(); i++) {
          block.append(block.isEmpty() ? "" : ",").append(json(ends.size(), i, logs.get(i)));
        }
        byte[] bytes = block.toString().getBytes(StandardCharsets.UTF_8);
        out.write(bytes);
        written += bytes.length;
        ends.add(written);
        events += logs.size();
      }
    }
    return new BenchNode(file, ends.stream().mapToLong(Long::longValue).toArray(), events);
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  public int events() {
    return events;
  }

  public long head() {
    return ends.length - 1L;
  }

  /** How the chain goes on. */
  private static final class Story {
    private final Random random;
    private final List<Long> pieces = new ArrayList<>();
    private long piece;

    Story(Random random) {
      this.random = random;
    }

    List<FakeLog> block() {
      List<FakeLog> logs = new ArrayList<>();
      while (logs.size() < LOGS_IN_A_BLOCK) {
        if (pieces.size() < DATA_SETS && random.nextInt(4) == 0) {
          open(logs);
        } else if (!pieces.isEmpty()) {
          grow(logs);
        }
      }
      return logs;
    }

    private void open(List<FakeLog> logs) {
      long dataSet = pieces.size() + 1L;
      long provider = 1L + random.nextInt(PROVIDERS);
      if (dataSet <= PROVIDERS) {
        logs.add(Contracts.productAdded(dataSet, "https://pdp-" + dataSet + ".example.net"));
      }
      logs.add(Contracts.toppedUp(dataSet, 700_000, 300_000));
      Address payer = Contracts.numbered(0x5000L + random.nextInt(100));
      logs.add(Contracts.dataSetCreated(dataSet, provider, payer));
      pieces.add(0L);
    }

    private void grow(List<FakeLog> logs) {
      int index = random.nextInt(pieces.size());
      long dataSet = index + 1L;
      for (int i = 0; i < PIECES_AT_ONCE; i++) {
        long id = pieces.get(index);
        pieces.set(index, id + 1);
        PieceCid cid = FakePieces.numbered(piece++);
        logs.add(
            Contracts.pieceAdded(
                dataSet,
                id,
                cid,
                Map.of("ipfsRootCID", "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi")));
      }
      switch (random.nextInt(8)) {
        case 0 -> logs.add(Contracts.usageReported(Contracts.OPERATOR, dataSet, 1, 2, 1 << 20, 1 << 16));
        case 1 -> logs.add(Contracts.cdnSettlement(dataSet, 1000));
        case 2 -> logs.add(Contracts.toppedUp(dataSet, 70, 30));
        case 3 -> logs.add(Contracts.piecesRemoved(dataSet, random.nextInt(10)));
        default -> {}
      }
    }
  }

  private static String json(int block, int index, FakeLog log) {
    return """
        {"blockNumber":"0x%x","blockHash":"%s","transactionHash":"0x%064x","transactionIndex":"0x%x",\
        "logIndex":"0x%x","address":"%s","removed":false,"data":"%s","topics":["%s"]}"""
        .formatted(
            block,
            hash(block),
            block * 100L + index / PIECES_AT_ONCE,
            index / PIECES_AT_ONCE,
            index,
            log.address(),
            log.data(),
            String.join("\",\"", log.topics()));
  }

  private static String hash(long block) {
    return "0x%064x".formatted(block + 0xb10c_0000_0000L);
  }

  private void handle(HttpExchange exchange) throws IOException {
    JsonNode request = JSON.readTree(exchange.getRequestBody());
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    String head = "{\"jsonrpc\":\"2.0\",\"id\":" + request.path("id") + ",\"result\":";
    JsonNode parameter = request.path("params").path(0);
    switch (request.path("method").asText()) {
      case "eth_chainId" -> respond(exchange, head + "\"0x%x\"}".formatted(Contracts.CHAIN_ID));
      case "eth_getLogs" -> logs(exchange, head, parameter);
      default -> {
        String which = parameter.asText();
        long number = which.startsWith("0x") ? Long.decode(which) : head();
        respond(
            exchange,
            head
                + "{\"number\":\"0x%x\",\"hash\":\"%s\",\"parentHash\":\"%s\",\"transactions\":[]}}"
                    .formatted(number, hash(number), hash(number - 1)));
      }
    }
  }

  private void logs(HttpExchange exchange, String head, JsonNode filter) throws IOException {
    int from = Integer.decode(filter.path("fromBlock").asText());
    int to = Integer.decode(filter.path("toBlock").asText());
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = new BufferedOutputStream(exchange.getResponseBody(), 1 << 16)) {
      out.write((head + "[").getBytes(StandardCharsets.UTF_8));
      for (int block = from; block <= to; block++) {
        if (block > from) {
          out.write(',');
        }
        long begin = block == 0 ? 0 : ends[block - 1];
        answers.transferTo(begin, ends[block] - begin, Channels.newChannel(out));
      }
      out.write("]}".getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void respond(HttpExchange exchange, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() throws IOException {
    server.stop(0);
    answers.close();
    Files.deleteIfExists(file);
  }
}
