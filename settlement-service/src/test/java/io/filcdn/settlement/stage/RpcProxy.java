package io.filcdn.settlement.stage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.filcdn.testing.chain.ChainRpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/**
 * Stands between the service and the node: it keeps Filecoin's rules for messages, breaks
 * connections where a test wants it to, and tells a test when signed bytes come by.
 */
public final class RpcProxy implements AutoCloseable {

  /** What happens to signed bytes on their way to the node. */
  public enum Sends {
    /** They come through. */
    PASS,
    /** The connection breaks before the node has them. */
    LOST,
    /** The node has them, and the connection breaks before it can say so. */
    UNANSWERED
  }

  /** How questions for a transaction are answered. */
  public enum Lookups {
    /** As the node answers. */
    PASS,
    /** As if no node knew any. */
    HIDDEN,
    /** With an error. */
    REFUSED
  }

  private static final String REPORT =
      Hash.sha3String("recordUsageRollups(uint256,uint256[],uint256[],uint256[])").substring(0, 10);

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client = HttpClient.newHttpClient();
  private final URI node;
  private final ChainRpc rpc;
  private final Mempool mempool;
  private final AtomicReference<Optional<Runnable>> beforeSend =
      new AtomicReference<>(Optional.empty());
  private final AtomicReference<Optional<Runnable>> afterSend =
      new AtomicReference<>(Optional.empty());
  private final AtomicReference<Optional<Runnable>> beforeReport =
      new AtomicReference<>(Optional.empty());
  private volatile Sends sends = Sends.PASS;
  private volatile Random luck = new Random(0);
  private volatile double failures;
  private volatile boolean emptyReceipts;
  private volatile Lookups lookups = Lookups.PASS;
  private volatile long oldestBlock;

  private RpcProxy(HttpServer server, ChainRpc rpc) {
    this.server = server;
    this.node = URI.create(rpc.url());
    this.rpc = rpc;
    this.mempool = new Mempool(rpc);
  }

  static RpcProxy before(ChainRpc rpc) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    RpcProxy proxy = new RpcProxy(server, rpc);
    server.createContext("/", proxy::handle);
    server.setExecutor(proxy.threads);
    server.start();
    return proxy;
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  public void setSends(Sends sends) {
    this.sends = sends;
  }

  /** This part of all requests is answered with an error, or not at all, from now on. */
  public void fail(double part, long seed) {
    luck = new Random(seed);
    failures = part;
  }

  /** Receipts have no logs from now on, and every other one is not found. */
  public void emptyReceipts(boolean on) {
    emptyReceipts = on;
  }

  /** How it is answered from now on whether a transaction is known. */
  public void setLookups(Lookups lookups) {
    this.lookups = lookups;
  }

  /** Logs of blocks before this one, and the state after them, are refused from now on. */
  public void forgetBlocksBefore(long block) {
    oldestBlock = block;
  }

  /** Runs {@code action} once, in the place of the next signed bytes' going to the node. */
  public void beforeNextSend(Runnable action) {
    beforeSend.set(Optional.of(action));
  }

  /** Runs {@code action} once, when the node has the next signed bytes and has not said so. */
  public void afterNextSend(Runnable action) {
    afterSend.set(Optional.of(action));
  }

  /** Runs {@code action} once, before the node is next asked whether a report would go through. */
  public void beforeNextSimulatedReport(Runnable action) {
    beforeReport.set(Optional.of(action));
  }

  /** No more faults. */
  public void heal() {
    sends = Sends.PASS;
    failures = 0;
    emptyReceipts = false;
    lookups = Lookups.PASS;
    oldestBlock = 0;
    beforeSend.set(Optional.empty());
    afterSend.set(Optional.empty());
    beforeReport.set(Optional.empty());
  }

  /** Forgets what waits for a block, as some nodes do when a reorg comes. */
  public void forgetPool() {
    mempool.forget();
  }

  /** Gives the node again what it lost in a reorg, as others do by themselves. */
  public void refillPool() {
    for (String raw : mempool.taken()) {
      try {
        rpc.call("eth_sendRawTransaction", raw);
      } catch (ChainRpc.RpcRefusal e) {
        // it has it already, or a block has
      }
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] question = exchange.getRequestBody().readAllBytes();
      JsonNode request = JSON.readTree(question);
      if (luck.nextDouble() < failures) {
        if (luck.nextBoolean()) {
          answer(exchange, error(request, "the node has a bad moment"));
        }
        return;
      }
      if (asksForForgotten(request)) {
        answer(
            exchange,
            error(request, "bad tipset height: lookbacks of more than 24h0m0s are disallowed"));
      } else if (request.path("method").asText().equals("eth_sendRawTransaction")) {
        send(exchange, question, request);
      } else {
        if (simulatesReport(request)) {
          beforeReport.getAndSet(Optional.empty()).ifPresent(Runnable::run);
        }
        answer(exchange, passed(request, ask(question)));
      }
    }
  }

  private boolean asksForForgotten(JsonNode request) {
    String block =
        switch (request.path("method").asText()) {
          case "eth_getLogs" -> request.at("/params/0/fromBlock").asText();
          case "eth_call", "eth_getTransactionCount" -> request.at("/params/1").asText();
          default -> "";
        };
    return block.startsWith("0x") && Numeric.toBigInt(block).longValueExact() < oldestBlock;
  }

  private static boolean simulatesReport(JsonNode request) {
    return request.path("method").asText().equals("eth_call")
        && request.at("/params/0/data").asText().startsWith(REPORT);
  }

  private void send(HttpExchange exchange, byte[] question, JsonNode request) throws IOException {
    Optional<Runnable> before = beforeSend.getAndSet(Optional.empty());
    before.ifPresent(Runnable::run);
    Sends now = sends;
    if (before.isPresent() || now == Sends.LOST) {
      return;
    }
    Optional<String> refusal = mempool.refusal(request.at("/params/0").asText());
    byte[] answer = refusal.isPresent() ? error(request, refusal.get()) : ask(question);
    afterSend.getAndSet(Optional.empty()).ifPresent(Runnable::run);
    if (now == Sends.PASS) {
      answer(exchange, answer);
    }
  }

  /** An answer as it came, or what some nodes make of receipts and lookups. */
  private byte[] passed(JsonNode request, byte[] answer) throws IOException {
    if (request.path("method").asText().equals("eth_getTransactionByHash")) {
      return switch (lookups) {
        case PASS -> answer;
        case HIDDEN ->
            JSON.writeValueAsBytes(((ObjectNode) JSON.readTree(answer)).putNull("result"));
        case REFUSED -> error(request, "the node does not tell");
      };
    }
    if (!emptyReceipts || !request.path("method").asText().equals("eth_getTransactionReceipt")) {
      return answer;
    }
    ObjectNode changed = (ObjectNode) JSON.readTree(answer);
    if (luck.nextBoolean()) {
      changed.putNull("result");
    } else if (changed.path("result") instanceof ObjectNode receipt) {
      receipt.putArray("logs");
    }
    return JSON.writeValueAsBytes(changed);
  }

  private static byte[] error(JsonNode request, String message) throws IOException {
    ObjectNode answer = JSON.createObjectNode().put("jsonrpc", "2.0");
    answer.set("id", request.path("id"));
    answer.putObject("error").put("code", -32000).put("message", message);
    return JSON.writeValueAsBytes(answer);
  }

  private static void answer(HttpExchange exchange, byte[] answer) throws IOException {
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, answer.length);
    exchange.getResponseBody().write(answer);
  }

  private byte[] ask(byte[] question) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(node)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(question))
            .build();
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofByteArray()).body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
    client.close();
  }
}
