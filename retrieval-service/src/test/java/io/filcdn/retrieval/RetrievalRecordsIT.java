package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.egress.RetrievalRecord;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What analytics are told of each retrieval. */
class RetrievalRecordsIT extends EdgeTest {

  private List<RetrievalRecord> records(Payer payer) {
    return index.retrievals().stream()
        .filter(record -> record.payer().equals(payer.address()))
        .toList();
  }

  /** Two connections end in no order. */
  private void awaitRecords(Payer payer, int count) {
    await().atMost(Duration.ofSeconds(20)).until(() -> records(payer).size() == count);
  }

  @Test
  void eachRetrievalIsToldOf() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000);
    get(payer, piece);
    awaitRecords(payer, 1);
    get(payer, piece, "Range: bytes=0-9");
    awaitRecords(payer, 2);
    get(payer, newPiece(5));
    awaitRecords(payer, 3);

    List<RetrievalRecord> told = records(payer);

    assertThat(told).extracting(RetrievalRecord::status).containsExactly(200, 206, 404);
    assertThat(told)
        .extracting(RetrievalRecord::cache)
        .containsExactly(
            Optional.of(CacheOutcome.MISS), Optional.of(CacheOutcome.HIT), Optional.empty());
    assertThat(told).extracting(record -> record.bytes().bytes()).containsExactly(1_000L, 10L, 0L);
    assertThat(told.get(0).provider()).contains(ProviderId.of("fwss/1"));
    assertThat(told.get(0).dataSet()).contains(DataSetId.of(payer.dataSet()));
    assertThat(told.get(0).ttfbMicros().orElseThrow()).isPositive();
    assertThat(told.get(0).ttlbMicros())
        .isGreaterThanOrEqualTo(told.get(0).ttfbMicros().orElseThrow());
    assertThat(told.get(2).error()).contains("piece-unknown");
    assertThat(told).allSatisfy(record -> assertThat(record.weight()).isEqualTo(1));
  }
}
