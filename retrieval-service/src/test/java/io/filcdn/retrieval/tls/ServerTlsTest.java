package io.filcdn.retrieval.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.testing.tls.TestCertificate;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers with TLS, and Java's own client. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServerTlsTest {

  private static final Duration ROTATION = Duration.ofHours(12);

  private final Vertx vertx = Vertx.vertx();
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-30T13:00:00Z"));
  private Path folder;
  private TestCertificate certificate;
  private Path secrets;

  @BeforeAll
  void makeCertificate(@TempDir Path temporary) throws Exception {
    folder = temporary;
    certificate = TestCertificate.in(Files.createDirectory(folder.resolve("first")));
  }

  @BeforeEach
  void makeSecrets() throws Exception {
    secrets = secrets("secrets");
  }

  @AfterAll
  void close() throws Exception {
    wait(vertx.close());
  }

  private static <T> T wait(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private Path secrets(String name) throws IOException {
    return Files.writeString(folder.resolve(name), TicketKeys.newSecret(new SecureRandom()) + "\n");
  }

  private ServerTls tls(TlsEngine engine, Optional<Path> ticketSecrets) {
    return new ServerTls(
        vertx,
        new ServerTls.Settings(
            engine, certificate.certificate(), certificate.key(), ticketSecrets, ROTATION),
        now::get);
  }

  private HttpServer listen(ServerTls tls) throws Exception {
    return listen(tls, 0);
  }

  private HttpServer listen(ServerTls tls, int port) throws Exception {
    HttpServerOptions options =
        tls.secure(new HttpServerOptions().setHost("127.0.0.1").setPort(port));
    return wait(
        vertx
            .createHttpServer(options)
            .requestHandler(request -> request.response().end("here"))
            .listen());
  }

  private static SSLContext client() throws Exception {
    SSLContext client = SSLContext.getInstance("TLS");
    client.init(null, new TrustManager[] {new Anyone()}, new SecureRandom());
    return client;
  }

  private static SSLSocket connect(SSLContext client, HttpServer server) throws Exception {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort());
    socket.setSoTimeout(30_000);
    return (SSLSocket)
        client.getSocketFactory().createSocket(socket, "localhost", server.actualPort(), true);
  }

  private static void ask(SSLSocket socket) throws IOException {
    socket
        .getOutputStream()
        .write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    byte[] answer = socket.getInputStream().readNBytes("HTTP/1.1 200 OK".length());
    assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200 OK");
    // tickets have come before the answer; the rest of it
    String rest = "";
    while (!rest.endsWith("here")) {
      rest += (char) socket.getInputStream().read();
    }
  }

  private static SSLSession session(SSLContext client, HttpServer server) throws Exception {
    try (SSLSocket socket = connect(client, server)) {
      socket.startHandshake();
      SSLSession session = socket.getSession();
      ask(socket);
      return session;
    }
  }

  /** True where a client that has a session with one server resumes it with another. */
  private static boolean resumes(SSLContext client, SSLSession session, HttpServer server)
      throws Exception {
    while (System.currentTimeMillis() <= session.getCreationTime()) {
      Thread.onSpinWait();
    }
    return session(client, server).getCreationTime() == session.getCreationTime();
  }

  @Test
  void edgesWithTheSameSecretResumeEachOthersSessions() throws Exception {
    SSLContext client = client();
    HttpServer one = listen(tls(TlsEngine.BORINGSSL, Optional.of(secrets)));
    SSLSession session = session(client, one);

    assertThat(resumes(client, session, another(one, Optional.of(secrets)))).isTrue();
  }

  /** Another edge in the place of one: clients know a session by its server's port. */
  private HttpServer another(HttpServer one, Optional<Path> ticketSecrets) throws Exception {
    wait(one.close());
    return listen(tls(TlsEngine.BORINGSSL, ticketSecrets), one.actualPort());
  }

  @Test
  void anEdgeWithoutSecretsResumesItsOwnSessionsOnly() throws Exception {
    SSLContext client = client();
    HttpServer one = listen(tls(TlsEngine.BORINGSSL, Optional.empty()));
    SSLSession session = session(client, one);

    assertThat(resumes(client, session, one)).isTrue();
    assertThat(resumes(client, session, another(one, Optional.empty()))).isFalse();
  }

  /** In the period after it, and not in the one after that. */
  @ParameterizedTest
  @CsvSource({"1, true", "2, false"})
  void aSessionCanBeResumedWithinABoundedTime(int periods, boolean resumed) throws Exception {
    ServerTls tls = tls(TlsEngine.BORINGSSL, Optional.of(secrets));
    HttpServer server = listen(tls);
    SSLContext client = client();
    SSLSession session = session(client, server);

    now.updateAndGet(before -> before.plus(ROTATION.multipliedBy(periods)));
    tls.reload();

    assertThat(resumes(client, session, server)).isEqualTo(resumed);
  }

  @Test
  void anEdgeWhoseClockIsAheadIsUnderstood() throws Exception {
    SSLContext client = client();
    HttpServer ahead = listen(tls(TlsEngine.BORINGSSL, Optional.of(secrets)));
    SSLSession session = session(client, ahead);

    now.updateAndGet(before -> before.minus(ROTATION));

    assertThat(resumes(client, session, another(ahead, Optional.of(secrets)))).isTrue();
  }

  @Test
  void aSecretIsReplacedWithoutLosingSessions() throws Exception {
    ServerTls tls = tls(TlsEngine.BORINGSSL, Optional.of(secrets));
    HttpServer server = listen(tls);
    SSLContext client = client();
    SSLSession session = session(client, server);

    String before = Files.readString(secrets);
    Files.writeString(secrets, TicketKeys.newSecret(new SecureRandom()) + "\n" + before);
    tls.reload();

    assertThat(resumes(client, session, server)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "c2hvcnQ=", "not base64 but long enough to be a secret of some bytes"})
  void secretsThatAreNoneAreRefusedAndNotShown(String text) throws Exception {
    Files.writeString(secrets, text);

    assertThatThrownBy(() -> tls(TlsEngine.BORINGSSL, Optional.of(secrets)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("secret")
        .hasMessageNotContainingAny(text.isEmpty() ? "c2hvcnQ=" : text);
  }

  @ParameterizedTest
  @EnumSource
  void aNewCertificateIsForNewConnections(TlsEngine engine) throws Exception {
    Path files = Files.createDirectory(folder.resolve(engine.name()));
    TestCertificate next = TestCertificate.in(files);
    Path chain = Files.copy(certificate.certificate(), files.resolve("chain"));
    Path key = Files.copy(certificate.key(), files.resolve("key"));
    ServerTls tls =
        new ServerTls(
            vertx,
            new ServerTls.Settings(engine, chain, key, Optional.empty(), ROTATION),
            now::get);
    HttpServer server = listen(tls);
    SSLSocket open = connect(client(), server);
    ask(open);

    replace(next.certificate(), chain);
    tls.reload();
    X509Certificate between = leaf(session(client(), server));
    replace(next.key(), key);
    tls.reload();

    ask(open);
    open.close();
    assertThat(between).isEqualTo(leaf(open.getSession()));
    assertThat(leaf(session(client(), server))).isNotEqualTo(between);
  }

  private static void replace(Path with, Path file) throws IOException {
    Files.copy(with, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private static X509Certificate leaf(SSLSession session) throws Exception {
    return (X509Certificate) session.getPeerCertificates()[0];
  }

  @ParameterizedTest
  @EnumSource
  void oldVersionsAndCiphersAreRefused(TlsEngine engine) throws Exception {
    HttpServer server = listen(tls(engine, Optional.empty()));

    try (SSLSocket socket = connect(client(), server)) {
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});
      socket.setEnabledCipherSuites(new String[] {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"});
      assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
    }
  }

  /** With TLS 1.3, BoringSSL takes what the client wants most. */
  @ParameterizedTest
  @CsvSource({
    "BORINGSSL, TLSv1.2, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "JAVA, TLSv1.3, TLS_AES_256_GCM_SHA384, TLS_AES_128_GCM_SHA256",
    "JAVA, TLSv1.2, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
  })
  void theServerChoosesTheCipher(TlsEngine engine, String version, String wanted, String chosen)
      throws Exception {
    HttpServer server = listen(tls(engine, Optional.empty()));

    try (SSLSocket socket = connect(client(), server)) {
      socket.setEnabledProtocols(new String[] {version});
      socket.setEnabledCipherSuites(new String[] {wanted, chosen});
      socket.startHandshake();
      assertThat(socket.getSession().getProtocol()).isEqualTo(version);
      assertThat(socket.getSession().getCipherSuite()).isEqualTo(chosen);
    }
  }

  /** Takes each certificate. */
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
