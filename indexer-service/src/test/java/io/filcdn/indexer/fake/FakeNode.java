package io.filcdn.indexer.fake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.filcdn.indexer.fake.FakeChain.FakeBlock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A JSON-RPC node over HTTP that follows a {@link FakeChain}, and fails where it is told to. */
public final class FakeNode implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DROPPED = 0;

  private final FakeChain chain;
  private final HttpServer server;
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final Queue<Lie> lies = new ConcurrentLinkedQueue<>();
  private final Set<Lie> habits = ConcurrentHashMap.newKeySet();
  private final Set<Long> denied = ConcurrentHashMap.newKeySet();
  private final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
  private volatile long chainId = Contracts.CHAIN_ID;
  private volatile long maxRange = Long.MAX_VALUE;
  private final Set<FakeLog> hidden =
      Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
  private final Map<String, String> returns = new ConcurrentHashMap<>();
  private volatile boolean knowsTags = true;
  private volatile NullRound nullRound = NullRound.ERROR;
  private volatile Consumer<String> beforeAnswer = method -> {};

  /** How nodes tell a null round. */
  public enum NullRound {
    /** Lotus. */
    ERROR,
    /** Lotus in 2024 and 2025. */
    NOTHING,
    /** Forest. */
    BLOCK_BEFORE
  }

  private record Fault(String method, int status, String body, Optional<String> retryAfter) {}

  private FakeNode(FakeChain chain, HttpServer server) {
    this.chain = chain;
    this.server = server;
  }

  /** Starts a node on loopback. */
  public static FakeNode start(FakeChain chain) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      FakeNode node = new FakeNode(chain, server);
      server.createContext("/", node::handle);
      server.start();
      return node;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** The methods that were called, in order. */
  public List<String> calls() {
    return calls;
  }

  /** The next call of {@code method} gets this HTTP answer. */
  public FakeNode failNext(String method, int status, String body) {
    faults.add(new Fault(method, status, body, Optional.empty()));
    return this;
  }

  /** What a node can say that is not so. */
  public enum Lie {
    /** No logs are in the range. */
    NO_LOGS,
    /** No logs are in the range, which has none of a final block. */
    NO_LOGS_AT_THE_HEAD,
    /** A log that is not final is in another block. */
    OTHER_BLOCK,
    /** A log that is not final was taken back. */
    REMOVED,
    /** Each log stands twice at its place. */
    TWICE,
    /** Beside each log stands one that was taken back. */
    REMOVED_TOO,
    /** Beside each log stands the same one of another block. */
    OTHER_BLOCK_TOO,
    /** Beside each log stands the same one of a block far away. */
    OUT_OF_RANGE_TOO,
    /** Beside each log stands the same one of another contract. */
    OTHER_ADDRESS_TOO,
    /** The head is a block that does not exist. */
    FALSE_HEAD
  }

  /** Lies once, when it is next asked for what the lie is about. */
  public FakeNode lieNext(Lie lie) {
    lies.add(lie);
    return this;
  }

  /** Lies whenever it is asked for what the lie is about. */
  public FakeNode lieAlways(Lie lie) {
    habits.add(lie);
    return this;
  }

  /** From now on the node answers nothing for the block of this number. */
  public FakeNode deny(long number) {
    denied.add(number);
    return this;
  }

  private boolean tells(Lie lie) {
    return habits.contains(lie) || lies.remove(lie);
  }

  /** Answers honestly from now on. */
  public FakeNode recover() {
    lies.clear();
    habits.clear();
    denied.clear();
    faults.clear();
    hidden.clear();
    return this;
  }

  /** The next call of {@code method} gets 429, with what to wait before the next one. */
  public FakeNode limitNext(String method, String retryAfter) {
    faults.add(new Fault(method, 429, "", Optional.of(retryAfter)));
    return this;
  }

  /** From now on a contract's function returns this for these arguments; all others revert. */
  public FakeNode answerCall(String data, String result) {
    returns.put(data, result);
    return this;
  }

  /** From now on all functions revert. */
  public FakeNode forgetCalls() {
    returns.clear();
    return this;
  }

  /** From now on the node leaves this log out; not others that say the same. */
  public FakeNode hide(FakeLog log) {
    hidden.add(log);
    return this;
  }

  /** From now on the node tells all logs. */
  public FakeNode hideNothing() {
    hidden.clear();
    return this;
  }

  /** Ranges of logs with more blocks get "too many results". */
  public FakeNode refuseRangesAbove(long blocks) {
    maxRange = blocks;
    return this;
  }

  public FakeNode onChain(long id) {
    chainId = id;
    return this;
  }

  public FakeNode withoutTags() {
    knowsTags = false;
    return this;
  }

  public FakeNode tellNullRounds(NullRound how) {
    nullRound = how;
    return this;
  }

  /** Something that happens whenever a call has come in, with the method's name. */
  public FakeNode beforeAnswer(Consumer<String> action) {
    beforeAnswer = action;
    return this;
  }

  /** The next call of {@code method} gets no answer: the connection ends. */
  public FakeNode dropNext(String method) {
    return failNext(method, DROPPED, "");
  }

  private void handle(HttpExchange exchange) throws IOException {
    JsonNode request = JSON.readTree(exchange.getRequestBody());
    String method = request.path("method").asText();
    calls.add(method);
    beforeAnswer.accept(method);
    Optional<Fault> fault =
        faults.stream().filter(f -> f.method().equals(method)).findFirst().filter(faults::remove);
    if (fault.isPresent() && fault.get().status() == DROPPED) {
      exchange.close();
      return;
    }
    if (fault.isPresent()) {
      fault
          .get()
          .retryAfter()
          .ifPresent(wait -> exchange.getResponseHeaders().set("Retry-After", wait));
      respond(exchange, fault.get().status(), fault.get().body());
      return;
    }
    ObjectNode answer = JSON.createObjectNode().put("jsonrpc", "2.0");
    answer.set("id", request.get("id"));
    answer(method, request.path("params"), answer);
    respond(exchange, 200, answer.toString());
  }

  private void answer(String method, JsonNode params, ObjectNode answer) {
    switch (method) {
      case "eth_chainId" -> answer.put("result", hex(chainId));
      case "eth_getBlockByNumber" -> block(params.get(0).asText(), answer);
      case "eth_call" -> call(params.get(0).path("data").asText(), answer);
      case "eth_getLogs" -> logs(params.get(0), answer);
      default -> error(answer, -32601, "method " + method + " not found");
    }
  }

  private void call(String data, ObjectNode answer) {
    String result = returns.get(data);
    if (result == null) {
      error(answer, 11, "message execution failed (exit=[33], revert reason=[0x])");
    } else {
      answer.put("result", result);
    }
  }

  private void block(String which, ObjectNode answer) {
    if (which.equals("latest")) {
      ObjectNode head = json(chain.head());
      if (tells(Lie.FALSE_HEAD)) {
        head.put("number", hex(chain.head().number() + 3));
        head.put("hash", "0x" + "f".repeat(64));
      }
      answer.set("result", head);
    } else if (which.startsWith("0x")) {
      long number = Long.decode(which);
      Optional<FakeBlock> found = chain.at(number);
      if (denied.contains(number)) {
        answer.set("result", JSON.nullNode());
      } else if (found.isEmpty()
          && number < chain.head().number()
          && nullRound != NullRound.NOTHING) {
        if (nullRound == NullRound.BLOCK_BEFORE) {
          answer.set("result", json(chain.atOrBefore(number).orElseThrow()));
        } else {
          error(answer, 12, "requested epoch was a null round (" + number + ")");
        }
      } else {
        answer.set("result", found.<JsonNode>map(FakeNode::json).orElse(JSON.nullNode()));
      }
    } else if (knowsTags) {
      answer.set(
          "result",
          chain
              .atOrBefore(chain.finalNumber())
              .<JsonNode>map(FakeNode::json)
              .orElse(JSON.nullNode()));
    } else {
      error(answer, -32602, "unknown block tag " + which);
    }
  }

  private void logs(JsonNode filter, ObjectNode answer) {
    long from = Long.decode(filter.path("fromBlock").asText());
    long to = Long.decode(filter.path("toBlock").asText());
    if (to - from + 1 > maxRange) {
      error(answer, -32005, "too many results, max " + maxRange);
      return;
    }
    List<String> addresses = new ArrayList<>();
    filter.path("address").forEach(address -> addresses.add(address.asText()));
    ArrayNode logs = answer.putArray("result");
    for (FakeBlock block : chain.between(from, to)) {
      for (int i = 0; i < block.logs().size(); i++) {
        FakeLog log = block.logs().get(i);
        if (addresses.contains(log.address().hex()) && !hidden.contains(log)) {
          logs.add(json(block, i));
        }
      }
    }
    lieAbout(logs);
  }

  private void lieAbout(ArrayNode logs) {
    if (!logs.isEmpty() && tells(Lie.NO_LOGS)) {
      logs.removeAll();
    }
    if (!logs.isEmpty() && !isFinal(logs.get(0)) && tells(Lie.NO_LOGS_AT_THE_HEAD)) {
      logs.removeAll();
    }
    List<JsonNode> honest = List.copyOf(logs.valueStream().toList());
    if (honest.isEmpty()) {
      return;
    }
    ObjectNode last = (ObjectNode) honest.getLast();
    if (!isFinal(last) && tells(Lie.OTHER_BLOCK)) {
      last.put("blockHash", "0x" + "e".repeat(64));
    } else if (!isFinal(last) && tells(Lie.REMOVED)) {
      last.put("removed", true);
    }
    add(Lie.TWICE, honest, logs, copy -> {});
    add(Lie.REMOVED_TOO, honest, logs, copy -> copy.put("removed", true));
    add(Lie.OTHER_BLOCK_TOO, honest, logs, copy -> copy.put("blockHash", "0x" + "e".repeat(64)));
    add(Lie.OUT_OF_RANGE_TOO, honest, logs, copy -> copy.put("blockNumber", hex(1_000_000)));
    add(
        Lie.OTHER_ADDRESS_TOO,
        honest,
        logs,
        copy -> copy.put("address", Contracts.numbered(0xdead).hex()));
  }

  private void add(Lie lie, List<JsonNode> honest, ArrayNode logs, Consumer<ObjectNode> change) {
    if (tells(lie)) {
      for (JsonNode log : honest) {
        ObjectNode copy = log.deepCopy();
        change.accept(copy);
        logs.add(copy);
      }
    }
  }

  private boolean isFinal(JsonNode log) {
    return Long.decode(log.get("blockNumber").asText()) <= chain.finalNumber();
  }

  private static ObjectNode json(FakeBlock block) {
    ObjectNode json = JSON.createObjectNode();
    json.put("number", hex(block.number()));
    json.put("hash", block.hash().hex());
    json.put("parentHash", block.parent().hex());
    json.putArray("transactions");
    return json;
  }

  private static ObjectNode json(FakeBlock block, int index) {
    FakeLog log = block.logs().get(index);
    ObjectNode json = JSON.createObjectNode();
    json.put("blockNumber", hex(block.number()));
    json.put("blockHash", block.hash().hex());
    json.put("transactionHash", block.transaction(index).hex());
    json.put("transactionIndex", hex(index / 2));
    json.put("logIndex", hex(index));
    json.put("address", log.address().hex());
    json.put("removed", false);
    json.put("data", log.data());
    log.topics().forEach(json.putArray("topics")::add);
    return json;
  }

  private static void error(ObjectNode answer, int code, String message) {
    answer.putObject("error").put("code", code).put("message", message);
  }

  private static String hex(long number) {
    return "0x" + Long.toHexString(number);
  }

  private static void respond(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
