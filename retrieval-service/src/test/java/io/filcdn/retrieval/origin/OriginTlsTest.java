package io.filcdn.retrieval.origin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.benmanes.caffeine.cache.Ticker;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.usage.Traffic;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A provider with a certificate of {@code *.example}. */
class OriginTlsTest {

  private static final PieceCid PIECE = new PieceCid(new CommP(1, 2, 3, 4), 5, 10);
  private static final char[] PASSWORD = "changeit".toCharArray();

  private static KeyStore keys;

  private final Vertx vertx = Vertx.vertx();
  private SSLContext serverContext;
  private RawProvider provider;
  private OriginClient client;

  @BeforeAll
  static void makeKeys(@TempDir Path folder) throws Exception {
    keys = keys(folder.resolve("store.p12"));
  }

  @BeforeEach
  void start() throws Exception {
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(keys, PASSWORD);
    serverContext = SSLContext.getInstance("TLS");
    serverContext.init(own.getKeyManagers(), null, null);
    provider =
        new RawProvider(
            serverContext
                .getServerSocketFactory()
                .createServerSocket(0, 100, InetAddress.getLoopbackAddress()),
            request -> request.ok(new byte[10]));
    client = client(trust(keys));
  }

  @AfterEach
  void close() throws Exception {
    client.close();
    provider.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private static KeyStore keys(Path store) throws Exception {
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    Process made =
        new ProcessBuilder(
                (keytool
                        + " -genkeypair -alias sp -keyalg EC -groupname secp256r1 -dname CN=sp"
                        + " -ext san=dns:*.example -validity 2 -storetype PKCS12"
                        + " -storepass changeit -keystore "
                        + store)
                    .split(" "))
            .inheritIO()
            .start();
    assertThat(made.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    return keys;
  }

  private static X509ExtendedTrustManager trust(KeyStore keys) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, PASSWORD);
    trusted.setCertificateEntry("sp", keys.getCertificate("sp"));
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trusted);
    return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
  }

  private OriginClient client(X509ExtendedTrustManager trust) {
    OriginClient.Rules rules =
        new OriginClient.Rules(
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            1,
            Duration.ofHours(12),
            8,
            Reach.of(Set.of(), List.of(), Set.of(), true));
    return new OriginClient(
        new OriginClient.Tools(
            vertx, rules, new Traffic(new SimpleMeterRegistry(), 1), Clock.systemUTC()),
        new HostAddresses(
            vertx,
            host -> new InetAddress[] {InetAddress.getLoopbackAddress()},
            Ticker.systemTicker()),
        OriginProofs.NONE,
        trust);
  }

  private boolean fetches(OriginClient asked, String host) throws Exception {
    return fetches(asked, host, provider.port());
  }

  private boolean fetches(OriginClient asked, String host, int port) throws Exception {
    CompletableFuture<Boolean> completed = new CompletableFuture<>();
    OriginSink sink =
        new OriginSink() {
          @Override
          public void answered() {}

          @Override
          public void arrived(Buffer bytes) {}

          @Override
          public void ranOut() {}

          @Override
          public void completed() {
            completed.complete(true);
          }

          @Override
          public void failed(OriginFailure failure) {
            completed.complete(false);
          }
        };
    Origin origin =
        new Origin(
            ProviderId.of("fwss/1"),
            DataSetId.of("fwss/1"),
            "https://%s:%d".formatted(host, port),
            Optional.empty());
    vertx.runOnContext(
        on -> asked.start(asked.fetch(origin, PIECE, new ByteRange(0, PIECE.rawSize()), sink)));
    return completed.get(60, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @CsvSource({"sp.example, true", "bücher.example, true", "sp.other, false", "127.0.0.1, false"})
  void hostsAreNamedAndLookedForInTheCertificate(String host, boolean right) throws Exception {
    assertThat(fetches(client, host)).isEqualTo(right);

    if (right) {
      SSLSocket socket = (SSLSocket) provider.requests().getFirst().socket();
      ExtendedSSLSession session = (ExtendedSSLSession) socket.getSession();
      assertThat(session.getRequestedServerNames())
          .extracting(name -> new String(name.getEncoded(), StandardCharsets.US_ASCII))
          .containsExactly(OriginUrl.parse("https://" + host).host());
    }
  }

  /** Java's servers refuse such names too: what is sent is looked at as bytes. */
  @ParameterizedTest
  @ValueSource(strings = {"my_sp.example", "-sp-.example"})
  void hostsThatJavaDoesNotNameAreNamed(String host) throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<String> hello = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(
              () -> {
                try (Socket socket = listener.accept()) {
                  DataInputStream in = new DataInputStream(socket.getInputStream());
                  in.skipNBytes(3);
                  byte[] record = in.readNBytes(in.readUnsignedShort());
                  hello.complete(new String(record, StandardCharsets.ISO_8859_1));
                } catch (IOException e) {
                  hello.completeExceptionally(e);
                }
              });

      assertThat(fetches(client, host, listener.getLocalPort())).isFalse();

      assertThat(hello.get(60, TimeUnit.SECONDS)).contains("\0\0" + (char) host.length() + host);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "my_sp.example, true",
    "-sp-.example, true",
    "my_sp.other, false",
    "a.my_sp.example, false",
    "my_sp, false"
  })
  void hostsThatJavaDoesNotLookForAreLookedFor(String host, boolean right) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {OriginTls.naming(trust(keys))}, null);
    SSLEngine engine = context.createSSLEngine(host, 443);
    engine.setUseClientMode(true);
    SSLEngine server = serverContext.createSSLEngine();
    server.setUseClientMode(false);

    if (right) {
      handshake(engine, server);
      assertThat(engine.getSession().getPeerCertificates()).hasSize(1);
    } else {
      assertThatThrownBy(() -> handshake(engine, server))
          .isInstanceOf(SSLHandshakeException.class)
          .hasMessageContaining("expected a certificate of " + host + ", found another's");
    }
  }

  private static void handshake(SSLEngine client, SSLEngine server) throws SSLException {
    ByteBuffer toServer = ByteBuffer.allocate(64 << 10);
    ByteBuffer toClient = ByteBuffer.allocate(64 << 10);
    client.beginHandshake();
    server.beginHandshake();
    while (client.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
      turn(client, toClient, toServer);
      turn(server, toServer, toClient);
    }
  }

  private static void turn(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
    engine.wrap(ByteBuffer.allocate(0), out);
    in.flip();
    engine.unwrap(in, ByteBuffer.allocate(64 << 10));
    in.compact();
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
    }
  }

  @Test
  void aCertificateThatNobodyTrustsIsNone() throws Exception {
    OriginClient strict = client(OriginTls.javasTrust());

    assertThat(fetches(strict, "sp.example")).isFalse();
    assertThat(fetches(strict, "my_sp.example")).isFalse();
    strict.close();
  }
}
