package io.filcdn.settlement.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.web3j.protocol.core.JsonRpc2_0Web3j;
import org.web3j.protocol.core.Request;
import org.web3j.protocol.core.methods.response.EthBlockNumber;

/** What nodes answer, up to what no node should. */
class EndpointsTest {

  private static final long MAX_ANSWER = 1 << 20;
  private static final String GOOD = "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":\"0x2a\"}";

  private final List<HttpServer> servers = new ArrayList<>();

  @AfterEach
  void stop() {
    servers.forEach(server -> server.stop(0));
  }

  @ParameterizedTest
  @MethodSource("unusable")
  void whereANodesAnswerCannotBeUsedTheNextOneIsHeard(int status, String answer) {
    Endpoints endpoints = endpoints(node(status, answer), node(200, GOOD));

    assertThat(blockNumber(endpoints)).isEqualTo(42);
  }

  @ParameterizedTest
  @MethodSource("unusable")
  void whereNoAnswerCanBeUsedThatIsOneFailureWithAShortReason(int status, String answer) {
    Endpoints endpoints = endpoints(node(status, answer));

    assertThatThrownBy(() -> blockNumber(endpoints))
        .isInstanceOf(NodeException.class)
        .satisfies(failure -> assertThat(failure.getMessage()).hasSizeLessThan(500));
  }

  static Stream<Arguments> unusable() {
    return Stream.of(
        // longer than is read: a result, an unknown member, white space, an error's body
        row(200, "{\"result\":\"0x%s\"}".formatted("0".repeat(2 << 20))),
        row(200, "{\"more\":\"%s\",\"result\":\"0x2a\"}".formatted("x".repeat(2 << 20))),
        row(200, " ".repeat(2 << 20) + GOOD),
        row(500, "x".repeat(2 << 20)),
        // nested deeper than is read, where it is skipped and where it is the answer
        row(200, nested("{\"more\":%s,\"result\":\"0x2a\"}", "[", "]")),
        row(200, nested("{\"more\":%s,\"result\":\"0x2a\"}", "{\"a\":", "}")),
        row(200, nested("{\"result\":%s}", "[", "]")),
        row(200, "[".repeat(100_000)),
        // no answer to the question
        row(200, ""),
        row(200, "null"),
        row(200, "[]"),
        row(200, "{}"),
        row(200, "<html>busy</html>"),
        row(200, "{\"result\":null}"),
        row(200, "{\"result\":\"forty-two\"}"),
        row(200, "{\"result\":{\"number\":42}}"),
        row(200, "{\"result\":\"0xffffffffffffffffffff\"}"),
        row(429, "slow down"));
  }

  private static Arguments row(int status, String answer) {
    return Arguments.of(status, answer);
  }

  private static String nested(String template, String open, String close) {
    return template.formatted(
        open.repeat(100_000) + (open.equals("[") ? "" : "1") + close.repeat(100_000));
  }

  @Test
  void anAnswerOfManyIsBoundedTogether() {
    String many =
        "[{\"id\":1,\"result\":\"0x2a\"},{\"id\":2,\"result\":\"%s\"}]"
            .formatted("0".repeat(2 << 20));
    Endpoints endpoints = endpoints(node(200, many));

    assertThatThrownBy(
            () ->
                endpoints.askAll(
                    List.of(JsonRpc2_0Web3j::ethBlockNumber, JsonRpc2_0Web3j::ethBlockNumber),
                    EthBlockNumber.class))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("expected an answer of at most 1048576 bytes, found a longer one");
  }

  /** A thousandth of the bound on the way, and twice the bound once it is unpacked. */
  @Test
  void aPackedAnswerIsBoundedByWhatItUnpacksTo() throws Exception {
    String large = "{\"id\":1,\"result\":\"0x%s\"}".formatted("0".repeat(2 << 20));
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(large.getBytes(StandardCharsets.UTF_8));
    }
    Endpoints endpoints = endpoints(node(200, packed.toByteArray(), "gzip"));

    assertThatThrownBy(() -> blockNumber(endpoints))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("expected an answer of at most 1048576 bytes, found a longer one");
  }

  private static long blockNumber(Endpoints endpoints) {
    return endpoints.<EthBlockNumber, Long>ask(
        EndpointsTest::question, answer -> answer.getBlockNumber().longValueExact());
  }

  private static Request<?, EthBlockNumber> question(JsonRpc2_0Web3j api) {
    return api.ethBlockNumber();
  }

  private static Endpoints endpoints(URI... urls) {
    return new Endpoints(List.of(urls), Duration.ofMinutes(1), MAX_ANSWER);
  }

  /** A node that answers everything alike. */
  private URI node(int status, String answer) {
    return node(status, answer.getBytes(StandardCharsets.UTF_8), "identity");
  }

  private URI node(int status, byte[] body, String encoding) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            try (exchange) {
              exchange.getRequestBody().readAllBytes();
              exchange.getResponseHeaders().add("Content-Encoding", encoding);
              exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
              exchange.getResponseBody().write(body);
            } catch (IOException e) {
              // the client has heard enough
            }
          });
      server.start();
      servers.add(server);
      return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
