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
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A chain's node that answers {@code eth_call} as a test wants. */
public final class FakeNode implements AutoCloseable {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HttpServer server;
  private final Map<String, String> results = new ConcurrentHashMap<>();
  private final AtomicInteger calls = new AtomicInteger();
  private volatile int status = 200;
  private volatile Optional<String> failure = Optional.empty();
  private volatile String gas = "";
  private volatile CountDownLatch held = new CountDownLatch(0);

  public FakeNode() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
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

  /** Fails all calls with this message from now on. */
  public void fails(String message) {
    failure = Optional.of(message);
  }

  /** Holds all answers until {@link #letGo}. */
  public void hold() {
    held = new CountDownLatch(1);
  }

  /** Gives the answers that are held. */
  public void letGo() {
    held.countDown();
  }

  /** The gas of the last call, in hex. */
  public String gas() {
    return gas;
  }

  /** The calls so far. */
  public int calls() {
    return calls.get();
  }

  private void answer(HttpExchange exchange) throws IOException {
    calls.incrementAndGet();
    JsonNode request = JSON.readTree(exchange.getRequestBody());
    JsonNode call = request.at("/params/0");
    gas = call.path("gas").asText();
    try {
      held.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    String key = call.path("to").asText() + call.path("data").asText();
    byte[] answer =
        "{\"jsonrpc\":\"2.0\",\"id\":%s,%s}"
            .formatted(
                request.path("id"),
                failure
                    .map("\"error\":{\"code\":1,\"message\":\"%s\"}"::formatted)
                    .orElseGet(() -> "\"result\":" + results.getOrDefault(key, "\"0x\"")))
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
