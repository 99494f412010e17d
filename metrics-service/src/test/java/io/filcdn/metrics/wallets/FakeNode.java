package io.filcdn.metrics.wallets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.filcdn.chain.abi.AbiFunction;
import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A chain's node that answers {@code eth_call} as a test wants. */
public final class FakeNode implements AutoCloseable {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HttpServer server;
  private final Map<String, String> results = new ConcurrentHashMap<>();
  private final AtomicInteger calls = new AtomicInteger();
  private volatile int status = 200;

  public FakeNode() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::answer);
    server.start();
  }

  /** A network whose one node this is. */
  public Network network(Network of) {
    return new Network(
        of.name(),
        of.chainId(),
        List.of(URI.create("http://127.0.0.1:" + server.getAddress().getPort())),
        of.genesis(),
        of.epochDuration(),
        of.firstBlock(),
        of.generation(),
        of.finality(),
        of.contracts(),
        of.operators(),
        of.rates(),
        of.countReportsFrom(),
        of.reportEvery(),
        of.settleEvery(),
        of.allowPrivateOrigins());
  }

  /** Has a call return this; one that is not told of returns nothing, as where no contract is. */
  public void returns(Address contract, String function, List<Object> arguments, String data) {
    results.put(
        contract.hex() + AbiFunction.of(function).call(arguments.toArray()), "\"" + data + "\"");
  }

  /** Answers with this status from now on. */
  public void status(int status) {
    this.status = status;
  }

  /** The calls so far. */
  public int calls() {
    return calls.get();
  }

  private void answer(HttpExchange exchange) throws IOException {
    calls.incrementAndGet();
    JsonNode request = JSON.readTree(exchange.getRequestBody());
    JsonNode call = request.at("/params/0");
    String key = call.path("to").asText() + call.path("data").asText();
    byte[] answer =
        "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":%s}"
            .formatted(request.path("id"), results.getOrDefault(key, "\"0x\""))
            .getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
