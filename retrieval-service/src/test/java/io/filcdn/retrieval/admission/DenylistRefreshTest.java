package io.filcdn.retrieval.admission;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.origin.RawProvider;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DenylistRefreshTest {

  private static final PieceCid FIRST = new PieceCid(new CommP(1, 2, 3, 4), 20, 1_000_000);
  private static final PieceCid SECOND = new PieceCid(new CommP(2, 2, 3, 4), 20, 1_000_000);

  @TempDir Path folder;

  private final List<String> tagsAsked = new ArrayList<>();
  private HttpServer server;
  private Denylist list;
  private int status = 200;
  private String tag = "\"1\"";
  private String body = "";
  private long nanos;

  @BeforeEach
  void open() throws Exception {
    body = DenylistTest.line(FIRST) + "\n";
    list = Denylist.open(folder.resolve("list"));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String asked = exchange.getRequestHeaders().getFirst("If-None-Match");
          tagsAsked.add(String.valueOf(asked));
          boolean same = status == 200 && tag.equals(asked);
          exchange.getResponseHeaders().set("ETag", tag);
          byte[] bytes = same ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(same ? 304 : status, bytes.length == 0 ? -1 : bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void close() {
    server.stop(0);
    list.close();
  }

  private DenylistRefresh refresh() {
    return refresh(
        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"),
        new DenylistRefresh.Rules(Duration.ofMinutes(5), Duration.ofSeconds(30), 1_000_000, true));
  }

  private DenylistRefresh refresh(URI url, DenylistRefresh.Rules rules) {
    return new DenylistRefresh(
        list,
        Optional.of(url),
        Optional.of(folder.resolve("local")),
        folder.resolve("download"),
        rules,
        () -> nanos);
  }

  private void look() {
    try (DenylistRefresh once = refresh()) {
      once.readFile();
      once.fetch();
    }
  }

  @Test
  void whatHasNotChangedIsNotSentAgainAcrossRestartsToo() {
    look();
    look();

    assertThat(tagsAsked).containsExactly("null", "\"1\"");
    assertThat(list.state(Denylist.Source.REMOTE).generation()).isEqualTo(1);
    assertThat(list.holds(FIRST)).isTrue();
  }

  @Test
  void aNewListIsTaken() throws Exception {
    look();
    tag = "\"2\"";
    body = DenylistTest.line(SECOND);

    look();

    assertThat(list.holds(FIRST)).isFalse();
    assertThat(list.holds(SECOND)).isTrue();
  }

  @Test
  void aListThatCannotBeHadLeavesTheOldOneInForce() throws Exception {
    look();
    tag = "\"2\"";
    status = 500;
    body = DenylistTest.line(SECOND);
    look();
    server.stop(0);
    look();

    assertThat(list.holds(FIRST)).isTrue();
    assertThat(list.holds(SECOND)).isFalse();
  }

  @Test
  void theOperatorsOwnListCountsToo() throws Exception {
    Files.writeString(folder.resolve("local"), DenylistTest.line(SECOND) + "\n");

    look();

    assertThat(list.holds(FIRST)).isTrue();
    assertThat(list.holds(SECOND)).isTrue();
  }

  @Test
  void anEdgeMissesAListThatItHasNeverHad() throws Exception {
    status = 500;
    DenylistRefresh refresh = refresh();
    assertThat(refresh.missing()).contains("the remote denylist has never been fetched");
    refresh.fetch();
    assertThat(refresh.missing()).contains("the remote denylist has never been fetched");

    status = 200;
    // what was never had is asked for again at once
    refresh.fetch();
    assertThat(refresh.missing()).contains("the local denylist has never been read");
    Files.writeString(folder.resolve("local"), "");
    refresh.readFile();
    assertThat(refresh.missing()).isEmpty();

    status = 500;
    assertThat(refresh().missing()).isEmpty();
  }

  @Test
  void whatIsNotRequiredIsNotMissed() {
    URI nowhere = URI.create("http://127.0.0.1:1/");
    DenylistRefresh.Rules rules =
        new DenylistRefresh.Rules(Duration.ofMinutes(5), Duration.ofSeconds(30), 100, false);

    assertThat(refresh(nowhere, rules).missing()).isEmpty();
  }

  @Test
  void aListThatWasHadIsAskedForWhenItIsTimeTo() {
    DenylistRefresh refresh = refresh();
    refresh.fetch();
    refresh.fetch();
    assertThat(tagsAsked).hasSize(1);

    nanos = Duration.ofMinutes(5).toNanos();
    refresh.fetch();
    assertThat(tagsAsked).hasSize(2);
  }

  @Test
  void aListThatIsTooLargeIsNotTaken() throws Exception {
    look();
    tag = "\"2\"";
    body = (DenylistTest.line(SECOND) + "\n").repeat(20_000);
    look();

    assertThat(list.holds(FIRST)).isTrue();
    assertThat(list.holds(SECOND)).isFalse();
  }

  @Test
  void lineAfterLineIsBounded() throws Exception {
    body =
        "x".repeat(900_000) + "\n" + DenylistTest.line(FIRST) + "\r\n" + DenylistTest.line(SECOND);
    look();

    assertThat(list.holds(FIRST)).isTrue();
    assertThat(list.holds(SECOND)).isTrue();
    assertThat(list.state(Denylist.Source.REMOTE).entries()).isEqualTo(2);
  }

  @Test
  void anAnswerThatTricklesIsGivenUp() throws Exception {
    CountDownLatch gone = new CountDownLatch(1);
    try (RawProvider trickling =
        new RawProvider(
            request -> {
              request.write("HTTP/1.1 200 OK\nContent-Length: 1000000\n\n", new byte[0]);
              try {
                while (true) {
                  request.socket().getOutputStream().write('x');
                  // a byte now and then, for as long as it is listened to
                  request.socket().setSoTimeout(10);
                  awaitByte(request.socket());
                }
              } catch (IOException cut) {
                gone.countDown();
              }
            })) {
      DenylistRefresh.Rules rules =
          new DenylistRefresh.Rules(Duration.ofMinutes(5), Duration.ofMillis(500), 100_000, true);
      try (DenylistRefresh refresh = refresh(URI.create(trickling.url()), rules)) {
        refresh.fetch();

        assertThat(gone.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(refresh.missing()).isPresent();
      }
    }
  }

  private static void awaitByte(Socket socket) throws IOException {
    try {
      if (socket.getInputStream().read() < 0) {
        throw new EOFException();
      }
    } catch (SocketTimeoutException silence) {
      // the client has nothing to say
    }
  }
}
