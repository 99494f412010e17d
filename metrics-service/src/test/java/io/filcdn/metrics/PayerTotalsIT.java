package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.NOON;
import static io.filcdn.metrics.Samples.PAYER;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.Rail;
import io.filcdn.common.index.DataSetRecord.Reported;
import io.filcdn.common.index.DataSetRecord.TopUps;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.Generation;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.odometer.Odometer.Totals;
import io.filcdn.metrics.odometer.PostgresOdometers;
import io.filcdn.metrics.query.PayerTotals;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.metrics.quota.Quota;
import io.filcdn.metrics.quota.QuotaTerms;
import io.filcdn.service.database.Database;
import io.filcdn.testing.time.MovedClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A payer's sums are reckoned in the database: by the same terms as each data set's quota. */
class PayerTotalsIT {

  private static final QuotaTerms TERMS =
      MetricsService.terms(
          Samples.DEVNET,
          MetricsConfigTest.config(java.util.Map.of("filcdn.network", "devnet.json"))
              .metrics()
              .quota());

  private static final TestStack stack = new TestStack();

  private BigInteger requests = BigInteger.ZERO;
  private BigInteger cdnBytes = BigInteger.ZERO;
  private BigInteger cacheMissBytes = BigInteger.ZERO;
  private BigInteger cdnLeft = BigInteger.ZERO;
  private BigInteger cacheMissLeft = BigInteger.ZERO;

  @AfterAll
  static void closeStack() {
    stack.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aPayersTotalsAreTheSumsOverItsDataSets(long seed) {
    stack.forget();
    Random random = new Random(seed);
    for (int number = 0; number < 100; number++) {
      add(random, number);
    }

    try (MetricsService service =
        stack.service(stack.dataSource(), new MovedClock(NOON), new SimpleMeterRegistry())) {
      assertThat(service.usageQueries().payer(PAYER))
          .contains(
              new PayerTotals(
                  requests, BigInteger.ZERO, cdnBytes, cacheMissBytes, cdnLeft, cacheMissLeft));
    }
  }

  /** A data set of any kind: new or used up, with rails or not, paid little or far too much. */
  private void add(Random random, int number) {
    TopUps topUps = new TopUps(amount(random), amount(random), amount(random), amount(random));
    DataSetRecord fwss = Samples.indexed(number, 1, topUps, Reported.NONE);
    Generation generation = random.nextBoolean() ? Generation.FWSS : Generation.PANDORA;
    Optional<Rail> rail = random.nextBoolean() ? fwss.cdnRail() : Optional.empty();
    DataSetRecord dataSet =
        new DataSetRecord(
            new DataSetId(generation, number),
            PAYER,
            fwss.provider(),
            fwss.payee(),
            true,
            random.nextBoolean(),
            fwss.pdpRail(),
            rail,
            rail,
            topUps,
            fwss.reported(),
            fwss.lastReportedEpoch(),
            fwss.settled(),
            fwss.asOf());
    Totals used =
        random.nextBoolean()
            ? Totals.NONE
            : new Totals(bytes(random), bytes(random), random.nextInt(100), 0);
    new Database(stack.dataSource())
        .run(
            connection -> {
              new PostgresDataSets().keepNewer(connection, List.of(dataSet));
              if (!used.equals(Totals.NONE)) {
                new PostgresOdometers()
                    .correct(
                        connection,
                        dataSet.dataSet(),
                        PostgresOdometers.FIRST_GENERATION,
                        Totals.NONE,
                        used,
                        new Epoch(1));
              }
            });
    Quota quota = TERMS.quota(dataSet, used);
    requests = requests.add(BigInteger.valueOf(used.requests()));
    cdnBytes = cdnBytes.add(BigInteger.valueOf(used.cdnBytes().bytes()));
    cacheMissBytes = cacheMissBytes.add(BigInteger.valueOf(used.cacheMissBytes().bytes()));
    cdnLeft = cdnLeft.add(quota.cdn().remaining().bytes());
    cacheMissLeft = cacheMissLeft.add(quota.cacheMiss().remaining().bytes());
  }

  private static TokenAmount amount(Random random) {
    return new TokenAmount(new BigInteger(random.nextInt(10) == 0 ? 250 : 62, random));
  }

  private static ByteCount bytes(Random random) {
    return ByteCount.of(random.nextLong(1L << 38));
  }
}
