package io.filcdn.settlement.stage;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Stands between the service and the node, and breaks the connection where a test wants it to. */
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

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client = HttpClient.newHttpClient();
  private final URI node;
  private volatile Sends sends = Sends.PASS;

  private RpcProxy(HttpServer server, URI node) {
    this.server = server;
    this.node = node;
  }

  public static RpcProxy before(String rpcUrl) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    RpcProxy proxy = new RpcProxy(server, URI.create(rpcUrl));
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

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] question = exchange.getRequestBody().readAllBytes();
      boolean isSend =
          new String(question, StandardCharsets.UTF_8).contains("eth_sendRawTransaction");
      Sends now = isSend ? sends : Sends.PASS;
      if (now == Sends.LOST) {
        return;
      }
      byte[] answer = ask(question);
      if (now == Sends.PASS) {
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, answer.length);
        exchange.getResponseBody().write(answer);
      }
    }
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
