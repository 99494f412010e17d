package io.filcdn.settlement.stage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.chain.DevnetContracts;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.RawTransaction;
import org.web3j.crypto.TransactionEncoder;
import org.web3j.utils.Numeric;

/** A signer that answers {@code eth_signTransaction} for one account, as Web3Signer does. */
public final class RemoteSigner implements AutoCloseable {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HttpServer server;
  private final Credentials credentials;
  private volatile UnaryOperator<JsonNode> twist = UnaryOperator.identity();
  private volatile Optional<Said> said = Optional.empty();

  private record Said(int status, String body) {}

  private RemoteSigner(HttpServer server, Credentials credentials) {
    this.server = server;
    this.credentials = credentials;
  }

  public static RemoteSigner of(DevnetAccount account) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    RemoteSigner signer = new RemoteSigner(server, Credentials.create(account.privateKey()));
    server.createContext("/", signer::handle);
    server.start();
    return signer;
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Signs something else than it is asked to from now on. */
  public void twist(UnaryOperator<JsonNode> change) {
    twist = change;
  }

  /** Answers everything with this from now on. */
  public void say(int status, String body) {
    said = Optional.of(new Said(status, body));
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (said.isPresent()) {
        byte[] body = said.get().body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(said.get().status(), body.length);
        exchange.getResponseBody().write(body);
        return;
      }
      JsonNode request = JSON.readTree(exchange.getRequestBody());
      ObjectNode answer = JSON.createObjectNode().put("jsonrpc", "2.0");
      answer.set("id", request.path("id"));
      JsonNode asked = twist.apply(request.at("/params/0"));
      if (request.path("method").asText().equals("eth_signTransaction")
          && asked.path("from").asText().equals(credentials.getAddress())) {
        answer.put("result", sign(asked));
      } else {
        answer.putObject("error").put("code", -32000).put("message", "no such key");
      }
      byte[] bytes = JSON.writeValueAsBytes(answer);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private String sign(JsonNode asked) {
    RawTransaction transaction =
        RawTransaction.createTransaction(
            DevnetContracts.CHAIN_ID,
            number(asked, "nonce"),
            number(asked, "gas"),
            asked.path("to").asText(),
            number(asked, "value"),
            asked.path("data").asText(),
            number(asked, "maxPriorityFeePerGas"),
            number(asked, "maxFeePerGas"));
    return Numeric.toHexString(TransactionEncoder.signMessage(transaction, credentials));
  }

  private static BigInteger number(JsonNode asked, String field) {
    return Numeric.toBigInt(asked.path(field).asText());
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
