package io.filcdn.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.filcdn.common.chain.Address;
import io.filcdn.common.index.PayerRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.indexer.fake.Contracts;
import io.filcdn.indexer.postgres.ExclusiveSession;
import io.filcdn.indexer.postgres.ExclusiveSession.Purpose;
import io.filcdn.indexer.screening.HttpScreener;
import io.filcdn.indexer.screening.ListScreener;
import io.filcdn.indexer.screening.Screener;
import io.filcdn.indexer.screening.Screening;
import io.filcdn.indexer.screening.Screening.Outcome;
import io.filcdn.indexer.store.Versions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Payers of the CDN are screened beside indexing, and what came of it is published. */
@SuppressWarnings("NullAway.Init")
class ScreeningIT extends FakeChainTest {

  private static final Duration EVERY = Duration.ofHours(24);

  @TempDir Path folder;
  private Path list;
  private ExclusiveSession session;

  @BeforeEach
  void startScreening() throws IOException {
    list = Files.writeString(folder.resolve("sanctioned"), "# nobody\n");
    session = new ExclusiveSession(tables.source(), Purpose.SCREENING, Versions::moveOn);
  }

  @AfterEach
  void stopScreening() {
    session.close();
  }

  @Test
  void payersOfTheCdnAreScreenedAndPublished() throws IOException {
    Files.writeString(
        list,
        "\n" + PAYER.hex().toUpperCase(java.util.Locale.ROOT).replace("0X", "0x") + " # why\n");
    chain.block(
        Contracts.dataSetCreated(12, 3, PAYER),
        Contracts.dataSetCreated(13, 3, OTHER_PAYER),
        Contracts.dataSetCreated(14, 3, Contracts.numbered(7), Map.of()));
    indexer.catchUp().publishAll();
    assertThat(payer(PAYER).screenedAt()).isEmpty();
    Screening screening = screening(new ListScreener(list));

    assertThat(screening.screen()).isEqualTo(new Outcome.Screened(2, 1));
    assertThat(screening.screen()).isEqualTo(new Outcome.Idle());
    indexer.publishAll();

    assertThat(payer(PAYER).sanctioned()).isTrue();
    assertThat(payer(PAYER).screenedAt()).contains(indexer.clock().instant());
    assertThat(payer(OTHER_PAYER).sanctioned()).isFalse();
    assertThat(payer(OTHER_PAYER).screenedAt()).isPresent();
    assertThat(payer(Contracts.numbered(7)).screenedAt()).isEmpty();
    assertThatTopicsEqualTables();
  }

  @Test
  void payersAreScreenedAgainOnSchedule() throws IOException {
    chain.block(Contracts.dataSetCreated(12, 3, PAYER));
    indexer.catchUp();
    Screening screening = screening(new ListScreener(list));
    assertThat(screening.screen()).isEqualTo(new Outcome.Screened(1, 0));

    writeLater(PAYER.hex());
    assertThat(screening.screen()).isEqualTo(new Outcome.Idle());
    indexer.clock().move(EVERY.plusSeconds(1));
    assertThat(screening.screen()).isEqualTo(new Outcome.Screened(1, 1));
    indexer.publishAll();
    assertThat(payer(PAYER).sanctioned()).isTrue();

    writeLater("");
    indexer.clock().move(EVERY.plusSeconds(1));
    assertThat(screening.screen()).isEqualTo(new Outcome.Screened(1, 0));
    indexer.publishAll();
    assertThat(payer(PAYER).sanctioned()).isFalse();
  }

  @Test
  void whatAScreeningSaidOutlivesAReorg() throws IOException {
    Files.writeString(list, PAYER.hex());
    chain.block().block(Contracts.dataSetCreated(12, 3, PAYER));
    indexer.catchUp();
    screening(new ListScreener(list)).screen();

    chain.reorg(1).blocks(2);
    indexer.catchUp().publishAll();
    assertThat(topics.of(Topic.PAYERS)).isEmpty();
    chain.block(Contracts.dataSetCreated(12, 3, PAYER));
    indexer.catchUp().publishAll();

    assertThat(payer(PAYER).sanctioned()).isTrue();
    assertThatTopicsEqualTables();
  }

  @Test
  void anOutageOfTheScreenerKeepsWhatItSaidAndDoesNotTouchIndexing() throws IOException {
    Files.writeString(list, PAYER.hex());
    chain.block(Contracts.dataSetCreated(12, 3, PAYER));
    indexer.catchUp();
    Screening screening = screening(new ListScreener(list));
    screening.screen();

    writeLater("0x12");
    indexer.clock().move(EVERY.plusSeconds(1));
    assertThat(screening.screen()).isInstanceOf(Outcome.Failed.class);
    chain.block(Contracts.pieceAdded(12, 7, CID));
    indexer.catchUp().publishAll();

    assertThat(topics.of(Topic.PLACEMENTS)).hasSize(1);
    assertThat(payer(PAYER).sanctioned()).isTrue();
  }

  @Test
  void aSanctionsApiIsAskedWithItsKey() throws IOException {
    Map<String, String> asked = new ConcurrentHashMap<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v1/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          asked.put(path, exchange.getRequestHeaders().getFirst("X-API-Key"));
          String body =
              path.endsWith(PAYER.hex())
                  ? "{\"identifications\": [{\"category\": \"sanctions\"}]}"
                  : path.endsWith(OTHER_PAYER.hex()) ? "{\"identifications\": []}" : "{}";
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
    try {
      URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1/address/");
      Screener screener = new HttpScreener(url, Optional.of("key"), Duration.ofSeconds(60));

      assertThat(screener.screen(PAYER)).isEqualTo(new Screener.Verdict.Sanctioned());
      assertThat(screener.screen(OTHER_PAYER)).isEqualTo(new Screener.Verdict.Clear());
      assertThat(screener.screen(Contracts.numbered(9)))
          .isInstanceOf(Screener.Verdict.Unavailable.class);
      assertThat(asked).containsEntry("/v1/address/" + PAYER.hex(), "key");
    } finally {
      server.stop(0);
    }
  }

  private Screening screening(Screener screener) {
    return new Screening(session, List.of(screener), EVERY, 10, indexer.clock());
  }

  /** Writes the list with a time of change that differs, however fast the test is. */
  private void writeLater(String text) throws IOException {
    Instant before = Files.getLastModifiedTime(list).toInstant();
    Files.writeString(list, text);
    Files.setLastModifiedTime(list, FileTime.from(before.plusSeconds(10)));
  }

  private PayerRecord payer(Address address) {
    return RecordJson.read(value(Topic.PAYERS, address.hex()), PayerRecord.class);
  }
}
