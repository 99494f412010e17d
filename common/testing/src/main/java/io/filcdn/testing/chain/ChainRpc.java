package io.filcdn.testing.chain;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import okhttp3.OkHttpClient;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.core.Request;
import org.web3j.protocol.core.Response;
import org.web3j.protocol.http.HttpService;
import org.web3j.utils.Numeric;
import tools.jackson.databind.JsonNode;

/**
 * A JSON-RPC connection to a chain node: web3j for what it knows, any other method by name.
 * Blocking, thread-safe.
 */
public final class ChainRpc implements AutoCloseable {
  private final String url;
  private final HttpService service;
  private final Web3j web3j;

  /** Opens no connection until the first call. */
  public ChainRpc(String url) {
    this.url = url;
    this.service = new HttpService(url, client());
    this.web3j = Web3j.build(service);
  }

  /**
   * Patient, as a jump over a month of epochs takes seconds; and without resending, as mining twice
   * is not mining once.
   */
  private static OkHttpClient client() {
    return new OkHttpClient.Builder()
        .readTimeout(Duration.ofMinutes(5))
        .retryOnConnectionFailure(false)
        .build();
  }

  public String url() {
    return url;
  }

  public Web3j web3j() {
    return web3j;
  }

  /**
   * Calls any method and returns its result, JSON null included.
   *
   * @throws RpcRefusal where the node answers with an error
   * @throws UncheckedIOException where the node does not answer
   */
  public JsonNode call(String method, Object... params) {
    JsonResponse response;
    try {
      response = new Request<>(method, List.of(params), service, JsonResponse.class).send();
    } catch (IOException e) {
      throw new UncheckedIOException("%s at %s".formatted(method, url), e);
    }
    if (response.hasError()) {
      throw new RpcRefusal(method, response.getError());
    }
    return response.getResult();
  }

  /** As {@link #call}, for a method that answers with a number in hex. */
  public BigInteger number(String method, Object... params) {
    return Numeric.toBigInt(call(method, params).asString());
  }

  /** The number of the newest block, which is the epoch. */
  public long blockNumber() {
    return number("eth_blockNumber").longValueExact();
  }

  @Override
  public void close() {
    web3j.shutdown();
  }

  private static final class JsonResponse extends Response<JsonNode> {}

  /** A node's error answer, with the data it carries where it is a contract's revert. */
  public static final class RpcRefusal extends RuntimeException {
    private final int code;
    private final String data;

    private RpcRefusal(String method, Response.Error error) {
      super("%s: %s (code %d)".formatted(method, error.getMessage(), error.getCode()));
      this.code = error.getCode();
      String raw = error.getData() == null ? "" : error.getData();
      this.data = raw.replace("\"", "");
    }

    public int code() {
      return code;
    }

    /** The data in hex, or an empty string. */
    public String data() {
      return data;
    }
  }
}
