package io.filcdn.testing.tracing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A receiver of spans by OTLP over HTTP, which keeps all that came. */
public final class OtlpReceiver implements AutoCloseable {

  private final HttpServer server;
  private final Queue<ReceivedSpan> spans = new ConcurrentLinkedQueue<>();

  private OtlpReceiver(HttpServer server) {
    this.server = server;
  }

  /** Begins to listen on this machine. */
  public static OtlpReceiver start() throws IOException {
    OtlpReceiver receiver =
        new OtlpReceiver(
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    receiver.server.createContext("/", receiver::receive);
    receiver.server.start();
    return receiver;
  }

  /** The settings of a service of Quarkus that sends here what it traces, and all of it. */
  public Map<String, String> settings() {
    return Map.of(
        "quarkus.otel.sdk.disabled", "false",
        "quarkus.otel.exporter.otlp.protocol", "http/protobuf",
        "quarkus.otel.exporter.otlp.endpoint", "http://127.0.0.1:" + server.getAddress().getPort(),
        "quarkus.otel.bsp.schedule.delay", "100ms");
  }

  /** The spans that came so far. */
  public List<ReceivedSpan> spans() {
    return List.copyOf(spans);
  }

  /** The spans of a trace that came so far. */
  public List<ReceivedSpan> spans(String traceId) {
    return spans.stream().filter(span -> span.traceId().equals(traceId)).toList();
  }

  private void receive(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    for (OtlpMessage resource : OtlpMessage.read(ByteBuffer.wrap(body)).messages(1)) {
      String service =
          resource.messages(1).stream()
              .map(described -> described.attributes(1).getOrDefault("service.name", ""))
              .findFirst()
              .orElse("");
      for (OtlpMessage scope : resource.messages(2)) {
        scope.messages(2).forEach(span -> spans.add(span(service, span)));
      }
    }
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  private static ReceivedSpan span(String service, OtlpMessage span) {
    return new ReceivedSpan(
        service,
        span.hex(1),
        span.hex(2),
        span.hex(4),
        span.text(5),
        span.number(6),
        span.attributes(9),
        span.messages(13).stream()
            .map(link -> new ReceivedSpan.Link(link.hex(1), link.hex(2)))
            .toList(),
        span.messages(11).stream()
            .flatMap(event -> event.attributes(3).values().stream())
            .toList());
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
