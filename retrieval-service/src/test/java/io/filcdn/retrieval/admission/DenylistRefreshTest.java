package io.filcdn.retrieval.admission;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    return new DenylistRefresh(list, Optional.of(url), Optional.of(folder.resolve("local")));
  }

  @Test
  void whatHasNotChangedIsNotSentAgainAcrossRestartsToo() {
    refresh().refresh();
    refresh().refresh();

    assertThat(tagsAsked).containsExactly("null", "\"1\"");
    assertThat(list.state(Denylist.Source.REMOTE).generation()).isEqualTo(1);
    assertThat(list.holds(FIRST)).isTrue();
  }

  @Test
  void aNewListIsTaken() throws Exception {
    refresh().refresh();
    tag = "\"2\"";
    body = DenylistTest.line(SECOND);

    refresh().refresh();

    assertThat(list.holds(FIRST)).isFalse();
    assertThat(list.holds(SECOND)).isTrue();
  }

  @Test
  void aListThatCannotBeHadLeavesTheOldOneInForce() throws Exception {
    refresh().refresh();
    tag = "\"2\"";
    status = 500;
    body = DenylistTest.line(SECOND);
    refresh().refresh();
    server.stop(0);
    refresh().refresh();

    assertThat(list.holds(FIRST)).isTrue();
    assertThat(list.holds(SECOND)).isFalse();
  }

  @Test
  void theOperatorsOwnListCountsToo() throws Exception {
    Files.writeString(folder.resolve("local"), DenylistTest.line(SECOND) + "\n");

    refresh().refresh();

    assertThat(list.holds(FIRST)).isTrue();
    assertThat(list.holds(SECOND)).isTrue();
  }
}
