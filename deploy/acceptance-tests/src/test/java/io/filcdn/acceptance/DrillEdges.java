package io.filcdn.acceptance;

import io.filcdn.acceptance.DrillSchedule.Victim;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.testing.process.FreePort;
import io.filcdn.testing.tls.TestCertificate;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/** The two edges of a drill, and the ways to them. */
final class DrillEdges implements AutoCloseable {

  private final TestCertificate certificate;
  private final SSLContext tls;
  private final int firstTlsPort = FreePort.find();
  private final int secondTlsPort = FreePort.find();
  private final Map<InetAddress, HttpClient> http2 = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /** A way to an edge. */
  enum Way {
    CLEAR,
    TLS,
    TLS_HTTP_2
  }

  /** What is asked for: {@code last} is a byte of it; the whole piece where {@code first} is 0. */
  record Part(TestDataSet dataSet, PieceCid cid, int first, int last) {

    private Map<String, String> headers() {
      return first == 0 ? Map.of() : Map.of("Range", "bytes=%d-%d".formatted(first, last));
    }
  }

  /**
   * @param folder for a certificate
   */
  DrillEdges(Path folder) {
    try {
      certificate = TestCertificate.in(Files.createDirectories(folder));
      tls = certificate.clients();
    } catch (Exception e) {
      throw new IllegalStateException("no certificate was made", e);
    }
  }

  static List<Victim> both() {
    return List.of(Victim.RETRIEVAL, Victim.SECOND);
  }

  /** The other one of both. */
  static Victim other(Victim edge) {
    return edge == Victim.RETRIEVAL ? Victim.SECOND : Victim.RETRIEVAL;
  }

  /** The settings that give an edge TLS. */
  Map<String, String> settings(Victim edge) {
    Map<String, String> settings = new HashMap<>();
    settings.put("FILCDN_RETRIEVAL_HTTP_TLS_PORT", "" + tlsPort(edge));
    settings.put("FILCDN_RETRIEVAL_HTTP_TLS_CERTIFICATE", certificate.certificate().toString());
    settings.put("FILCDN_RETRIEVAL_HTTP_TLS_KEY", certificate.key().toString());
    return settings;
  }

  private int tlsPort(Victim edge) {
    return edge == Victim.RETRIEVAL ? firstTlsPort : secondTlsPort;
  }

  /**
   * Asks an edge.
   *
   * @param clear where it would be asked without TLS
   */
  Exchange open(Victim edge, Way way, InetAddress from, Part part, URI clear) {
    int port = tlsPort(edge);
    return switch (way) {
      case CLEAR -> Connection.open(from, "GET", clear, lines(part));
      case TLS ->
          Connection.open(
              from,
              "GET",
              URI.create(
                  "https://%s.localhost:%d/%s".formatted(part.dataSet.payer(), port, part.cid)),
              lines(part),
              tls.getSocketFactory());
      case TLS_HTTP_2 ->
          // no resolver is asked for this host alone
          Http2Exchange.open(
              http2.computeIfAbsent(from, address -> Http2Exchange.client(address, tls, threads)),
              URI.create(
                  "https://localhost:%d/%s/%s".formatted(port, part.dataSet.payer(), part.cid)),
              part.headers());
    };
  }

  private static String lines(Part part) {
    StringBuilder lines = new StringBuilder();
    part.headers().forEach((name, value) -> lines.append(name + ": " + value + "\r\n"));
    return lines.toString();
  }

  @Override
  public void close() {
    http2.values().forEach(HttpClient::shutdownNow);
    threads.shutdownNow();
  }
}
