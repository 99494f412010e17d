package io.filcdn.bench.retrieval;

import io.filcdn.bench.run.BenchFailure;
import io.filcdn.common.piece.PieceCid;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** New connections of TLS, one after the other, each with one request; Java's own client. */
final class Handshakes {

  private Handshakes() {}

  /**
   * Makes new connections.
   *
   * @param resumed whether each resumes the first one's session
   */
  static Load run(Contender contender, PieceCid piece, boolean resumed, int seconds) {
    SSLContext client = client();
    long first = connect(client, contender, piece);
    long begin = System.nanoTime();
    long end = begin + TimeUnit.SECONDS.toNanos(seconds);
    Duration before = contender.server().processorTime();
    long count = 0;
    while (System.nanoTime() < end) {
      long created = connect(resumed ? client : client(), contender, piece);
      if (resumed && created != first) {
        throw new BenchFailure(
            "expected that %s resumes a session, found a new one".formatted(contender.name()));
      }
      count++;
    }
    double took = (System.nanoTime() - begin) / 1e9;
    Duration used = contender.server().processorTime().minus(before);
    return new Load(count / took, 0, 0, used.toMillis() / (took * 1e3));
  }

  /** The time at which the session was new. */
  private static long connect(SSLContext client, Contender contender, PieceCid piece) {
    try (SSLSocket socket =
        (SSLSocket) client.getSocketFactory().createSocket("127.0.0.1", contender.port())) {
      socket.setTcpNoDelay(true);
      socket.startHandshake();
      long created = socket.getSession().getCreationTime();
      socket.getOutputStream().write(Fetcher.request("GET", contender, "/" + piece, ""));
      InputStream in = socket.getInputStream();
      in.transferTo(OutputStream.nullOutputStream());
      return created;
    } catch (IOException e) {
      throw new BenchFailure(contender.name() + " does not deliver: " + e.getMessage(), e);
    }
  }

  private static SSLContext client() {
    try {
      SSLContext client = SSLContext.getInstance("TLSv1.3");
      client.init(null, new TrustManager[] {new Anyone()}, new SecureRandom());
      return client;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS 1.3", e);
    }
  }

  /** Both servers sign their own certificate. */
  private static final class Anyone implements X509TrustManager {

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
