package io.filcdn.indexer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.index.PlacementRecord;
import io.filcdn.common.index.ProviderRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.indexer.fake.Contracts;
import io.filcdn.indexer.fake.FakeNode.Lie;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whatever nodes tell beside the truth, and whoever writes logs says in them, the index goes on.
 */
class HostileLogsIT extends FakeChainTest {

  @ParameterizedTest
  @CsvSource({
    "TWICE, duplicate",
    "REMOVED_TOO, removed",
    "OTHER_BLOCK_TOO, other-block",
    "OUT_OF_RANGE_TOO, out-of-range",
    "OTHER_ADDRESS_TOO, other-address"
  })
  void whatANodeAlwaysTellsBesideTheLogsIsLeftOutAndCounted(Lie lie, String reason) {
    node.lieAlways(lie);
    chain
        .block(Contracts.toppedUp(12, 70, 30), Contracts.dataSetCreated(12, 3, PAYER))
        .block(Contracts.pieceAdded(12, 7, CID))
        .blocks(3)
        .finalUpTo(4)
        .block(Contracts.pieceAdded(12, 8, OTHER_CID), Contracts.toppedUp(12, 1, 1));

    indexer.catchUp();
    indexer.clock().move(TestIndexer.RECHECKED_EVERY);
    indexer.catchUp().publishAll();

    assertThat(topics.of(Topic.PLACEMENTS)).hasSize(2);
    assertThat(dataSet("fwss/12").topUps().cdnFinal()).hasToString("70");
    assertThat(dataSet("fwss/12").topUps().cdnUnfinal()).hasToString("1");
    assertThat(tables.rows("select count(*) from events")).containsExactly("5");
    assertThat(indexer.metric("filcdn.indexer.rpc.surplus.logs", "reason", reason)).isPositive();
    assertThat(indexer.metric("filcdn.indexer.repairs")).isZero();
    assertThatTopicsEqualTables();
  }

  @Test
  void logsThatANodeGivesToOtherBlocksComeFromTheNextReading() {
    chain.block(Contracts.dataSetCreated(12, 3, PAYER)).block(Contracts.pieceAdded(12, 7, CID));
    node.lieNext(Lie.OTHER_BLOCK);

    indexer.catchUp();

    assertThat(tables.rows("select count(*) from pieces")).containsExactly("1");
  }

  @Test
  void aMalformedPieceIsItsOwnFateAndNoUnknownForm() {
    byte[] flat = CID.bytes();
    flat[flat.length - 33] = 1;
    chain.block(
        Contracts.dataSetCreated(12, 3, PAYER),
        Contracts.pieceAdded(12, 6, flat),
        Contracts.pieceAdded(12, 7, CID),
        Contracts.pieceAdded(12, 8, new byte[0]));

    indexer.catchUp().publishAll();

    assertThat(topics.of(Topic.PLACEMENTS)).containsOnlyKeys(placement(CID, PAYER, 7));
    assertThat(indexer.metric("filcdn.indexer.undecodable.logs")).isZero();
    assertThat(indexer.metric("filcdn.indexer.malformed.logs")).isEqualTo(2);
    assertThat(tables.rows("select log_index, malformed from undecodable_logs order by 1"))
        .containsExactly("1 t", "3 t");

    chain.block(Contracts.piecesRemoved(12, 6, 7)).block(Contracts.dataSetDeleted(12));
    indexer.catchUp().publishAll();
    assertThat(topics.of(Topic.PLACEMENTS)).isEmpty();
  }

  /** Texts that PostgreSQL, JSON or UTF-8 refuse. */
  @Test
  void metadataHoldsAnyBytes() {
    byte[] invalid = {(byte) 0xff, 0, (byte) 0xc0, (byte) 0x80, (byte) 0xed, (byte) 0xa0, 'x'};
    byte[] nul = {0};
    byte[] large = "z\u0000\u001f".repeat(6_000).getBytes(UTF_8);
    chain.block(
        Contracts.dataSetCreated(12, 3, PAYER, Map.of("withCDN", "\u0000", "\u0000", "\ufffe")),
        Contracts.pieceAdded(12, 7, CID, List.of(invalid, nul), List.of(nul, invalid)),
        Contracts.pieceAdded(
            12, 8, OTHER_CID, List.of(nul, nul, new byte[0]), List.of(large, nul)));

    indexer.catchUp().publishAll();

    assertThat(dataSet("fwss/12").withCdn()).isTrue();
    assertThat(topics.of(Topic.PLACEMENTS)).hasSize(2);
    PlacementRecord placed =
        RecordJson.read(value(Topic.PLACEMENTS, placement(CID, PAYER, 7)), PlacementRecord.class);
    assertThat(placed.metadata()).containsOnlyKeys(new String(invalid, UTF_8), "\u0000");
    assertThat(placed.added()).contains(placed.asOf().block().epoch());
    assertThat(tables.rows("select added from pieces where piece_id = 7"))
        .containsExactly(placed.added().orElseThrow().toString());
    assertThat(indexer.metric("filcdn.indexer.malformed.logs")).isEqualTo(1); // a key too many
    assertThatTopicsEqualTables();
  }

  /** Texts that would do something where they were part of a statement. */
  @Test
  void metadataIsNoPartOfAStatement() {
    Map<String, String> metadata =
        Map.of(
            "a'); delete from pieces; --", "' or '1'='1",
            "$$; delete from events; $$", "\\'; commit; --",
            "?", "%s {0} :name ${name}");
    chain.block(
        Contracts.dataSetCreated(12, 3, PAYER, Map.of("withCDN", "'")),
        Contracts.pieceAdded(12, 7, CID, metadata));

    indexer.catchUp().publishAll();

    PlacementRecord placed =
        RecordJson.read(value(Topic.PLACEMENTS, placement(CID, PAYER, 7)), PlacementRecord.class);
    assertThat(placed.metadata()).isEqualTo(metadata);
    assertThatTopicsEqualTables();
  }

  @Test
  void aProvidersCapabilitiesHoldAnyBytes() {
    List<byte[]> urls =
        List.of(
            new byte[0],
            new byte[] {0},
            "https://a.example\u0000".getBytes(UTF_8),
            new byte[] {(byte) 0xff, (byte) 0xfe, (byte) 0xed, (byte) 0xa0, (byte) 0x80},
            "https://b.example/\r\nHost: c".getBytes(UTF_8),
            "x".repeat(100_000).getBytes(UTF_8));
    for (int i = 0; i < urls.size(); i++) {
      chain.block(
          Contracts.productOf(30 + i, List.of("serviceURL"), List.of(urls.get(i))),
          Contracts.productOf(40 + i, List.of("serviceURL", "b"), List.of(urls.get(i))),
          Contracts.productOf(50 + i, List.of(), List.of(urls.get(i))));
    }

    indexer.catchUp().publishAll();

    assertThat(topics.of(Topic.PROVIDERS)).hasSize(18);
    assertThat(provider("fwss/32").serviceUrl()).isEmpty();
    assertThat(provider("fwss/50").serviceUrl()).isEmpty();
    assertThat(indexer.metric("filcdn.indexer.undecodable.logs")).isZero();
    assertThat(indexer.metric("filcdn.indexer.malformed.logs")).isEqualTo(12);
    assertThatTopicsEqualTables();
  }

  private ProviderRecord provider(String id) {
    return RecordJson.read(value(Topic.PROVIDERS, id), ProviderRecord.class);
  }
}
