package io.filcdn.settlement.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.Generation;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.QuotaRecord.Kind;
import io.filcdn.settlement.contracts.ContractError;
import io.filcdn.settlement.contracts.ContractError.Cause;
import io.filcdn.settlement.contracts.GasEstimate;
import io.filcdn.settlement.model.Gas;
import io.filcdn.settlement.model.Rollup;
import io.filcdn.settlement.model.Submission;
import io.filcdn.settlement.model.Submission.RailSettlement;
import io.filcdn.settlement.model.Usage;
import io.quarkus.runtime.configuration.MemorySize;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchesTest {

  private static final ContractError ENDED =
      new ContractError("RailInactiveOrSettled(7)", Cause.DATA_SET);

  private static final ContractError NO_GAS = new ContractError("out of gas", Cause.SIZE);

  private final Chain chain = new Chain();
  private final Hands hands = new Hands();
  private long maxMessage = 65_536;
  private long emptySlotGas;

  @Test
  void aSubmissionIsCutByCount() {
    assertThat(cut(settlement(0, 10), 4)).isEqualTo(new Batches.Cut.Complete());

    assertThat(hands.taken)
        .extracting(Batch::submission)
        .containsExactly(settlement(0, 4), settlement(4, 8), settlement(8, 10));
  }

  @Test
  void aBatchThatNeedsTooMuchGasIsHalved() {
    assertThat(cut(settlement(0, 8), 100)).isEqualTo(new Batches.Cut.Complete());

    // 100 gas each and 10 % more; 500 at most
    assertThat(hands.taken)
        .containsExactly(
            new Batch(settlement(0, 4), new Gas(440)), new Batch(settlement(4, 8), new Gas(440)));
  }

  @Test
  void eachDataSetIsAllowedTheGasOfSlotsThatOthersMayEmptyBeforeIt() {
    emptySlotGas = 7;

    assertThat(cut(settlement(0, 2), 100)).isEqualTo(new Batches.Cut.Complete());
    assertThat(hands.taken).containsExactly(new Batch(settlement(0, 2), new Gas(220 + 2 * 2 * 7)));
  }

  @Test
  void aBatchThatIsLargerThanAMessageIsHalved() {
    maxMessage = 1024 + 96 * 3;

    assertThat(cut(settlement(0, 5), 100)).isEqualTo(new Batches.Cut.Complete());

    assertThat(hands.taken)
        .extracting(Batch::submission)
        .containsExactly(settlement(0, 2), settlement(2, 5));
  }

  @Test
  void aBatchAsLargeAsAMessageOrItsGasIsWhole() {
    // an envelope and two data sets
    maxMessage = 1024 + 96 * 2;
    assertThat(cut(settlement(0, 4), 100)).isEqualTo(new Batches.Cut.Complete());
    assertThat(hands.taken)
        .extracting(Batch::submission)
        .containsExactly(settlement(0, 2), settlement(2, 4));

    hands.taken.clear();
    // 2 × 110 and 2 × 2 × 70 are all the gas there is
    emptySlotGas = 70;
    assertThat(cut(settlement(0, 2), 100)).isEqualTo(new Batches.Cut.Complete());
    assertThat(hands.taken).containsExactly(new Batch(settlement(0, 2), new Gas(500)));
  }

  @Test
  void oneDataSetIsLeftToTheContractHoweverLargeItIs() {
    maxMessage = 1024 + 95;

    assertThat(cut(settlement(0, 1), 100)).isEqualTo(new Batches.Cut.Complete());

    assertThat(hands.taken).extracting(Batch::submission).containsExactly(settlement(0, 1));
    assertThat(hands.refused).isEmpty();
  }

  @Test
  void aReportIsAllowedTheGasOfTwoSlotsOfEachDataSet() {
    emptySlotGas = 7;
    Usage some = new Usage(ByteCount.of(5), ByteCount.of(3));
    Submission.UsageReport report =
        new Submission.UsageReport(
            new Epoch(9),
            LongStream.range(0, 3).mapToObj(i -> new Rollup(id(i), some, Usage.NONE)).toList());

    assertThat(batches(100).gasLimit(report)).isEqualTo(new Gas(330 + 2 * 3 * 7));
    assertThat(batches(100).gasLimit(new Submission.Termination(id(1)))).isEqualTo(new Gas(110));
    assertThat(batches(100).gasLimit(new Submission.GapFill())).isEqualTo(new Gas(110));
  }

  @Test
  void oneRefusedDataSetIsFoundAndTheRestGoesOn() {
    chain.refused.add(id(5));

    assertThat(cut(settlement(0, 8), 100)).isEqualTo(new Batches.Cut.Complete());

    assertThat(hands.refused).containsExactly(id(5));
    assertThat(hands.reasons).containsExactly("the contract refuses it: RailInactiveOrSettled(7)");
    assertThat(hands.all()).containsExactlyInAnyOrderElementsOf(settlement(0, 8).dataSets());
  }

  @Test
  void aBatchThatANodeHasNotTheGasForIsHalved() {
    chain.gasSufficesFor = 3;

    assertThat(cut(settlement(0, 8), 100)).isEqualTo(new Batches.Cut.Complete());

    assertThat(hands.taken)
        .extracting(Batch::submission)
        .containsExactly(settlement(0, 2), settlement(2, 4), settlement(4, 6), settlement(6, 8));
    assertThat(hands.refused).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 80})
  void nobodyIsBlamedWhereThereIsNotTheGasForOne(int dataSets) {
    chain.gasSufficesFor = 0;

    assertThat(cut(settlement(0, dataSets), 100)).isEqualTo(new Batches.Cut.Refused(NO_GAS));

    assertThat(hands.all()).isEmpty();
  }

  /** Such as one whose payer had its rate changed ten thousand times. */
  @ParameterizedTest
  @ValueSource(longs = {0, 3, 7})
  void oneForWhichThereIsNotTheGasKeepsNoOtherFromGoingOn(long number) {
    chain.withoutGas.add(id(number));

    assertThat(cut(settlement(0, 8), 100)).isEqualTo(new Batches.Cut.Complete());

    assertThat(hands.refused).containsExactly(id(number));
    assertThat(hands.reasons).containsExactly("there is not the gas for it alone");
    assertThat(hands.all()).containsExactlyInAnyOrderElementsOf(settlement(0, 8).dataSets());
  }

  @Test
  void nobodyIsBlamedForGasWhereWhatElseThereIsIsRefusedForItself() {
    chain.withoutGas.add(id(0));
    chain.refused.add(id(1));

    assertThat(cut(settlement(0, 2), 100)).isEqualTo(new Batches.Cut.Refused(NO_GAS));

    assertThat(hands.refused).containsExactly(id(1));
  }

  @Test
  void oneWithoutGasIsSetAsideAlsoWhereOthersAreOfAnotherPart() {
    chain.withoutGas.add(id(4));
    hands.room = 1;

    assertThat(cut(settlement(0, 5), 4)).isEqualTo(new Batches.Cut.Stopped());
    hands.taken.clear();
    hands.room = 2;
    assertThat(cut(settlement(0, 5), 4)).isEqualTo(new Batches.Cut.Complete());

    assertThat(hands.refused).containsExactly(id(4));
  }

  @Test
  void aNodeWithoutGasIsNotAskedForEveryDataSet() {
    chain.gasSufficesFor = 0;

    cut(settlement(0, 400), 400);

    assertThat(chain.runs).isLessThan(60);
  }

  @Test
  void nobodyIsBlamedWhereTheContractRefusesEverybody() {
    chain.refusesAll = true;

    assertThat(cut(settlement(0, 8), 100))
        .isEqualTo(new Batches.Cut.Refused(new ContractError("Unauthorized()", Cause.CALL)));

    assertThat(hands.all()).isEmpty();
  }

  @Test
  void cuttingStopsWhenTheTakerHasEnough() {
    hands.room = 2;

    assertThat(cut(settlement(0, 12), 4)).isEqualTo(new Batches.Cut.Stopped());

    assertThat(hands.taken)
        .extracting(Batch::submission)
        .containsExactly(settlement(0, 4), settlement(4, 8));
  }

  @Test
  void whatIsNotAgreedIsNotEvenTried() {
    LongStream.of(1, 4, 5, 6, 7).mapToObj(BatchesTest::id).forEach(hands.leftOut::add);
    chain.refused.addAll(hands.leftOut);

    assertThat(cut(settlement(0, 10), 4)).isEqualTo(new Batches.Cut.Complete());

    assertThat(hands.refused).isEmpty();
    assertThat(hands.taken)
        .extracting(batch -> batch.submission().dataSets())
        .containsExactly(List.of(id(0), id(2), id(3)), List.of(id(8), id(9)));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everyDataSetIsHandedOverOnceWhateverIsRefused(long seed) {
    Random random = new Random(seed);
    int size = 1 + random.nextInt(60);
    for (int i = 0; i < size; i++) {
      if (random.nextInt(10) == 0) {
        chain.refused.add(id(i));
      }
    }

    assertThat(cut(settlement(0, size), 1 + random.nextInt(20)))
        .isEqualTo(new Batches.Cut.Complete());

    assertThat(hands.refused).containsExactlyInAnyOrderElementsOf(chain.refused);
    assertThat(hands.all()).containsExactlyInAnyOrderElementsOf(settlement(0, size).dataSets());
  }

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 100);
  }

  private Batches.Cut cut(Submission whole, int maxDataSets) {
    return batches(maxDataSets).cut(whole, hands);
  }

  private Batches batches(int maxDataSets) {
    BatchConfig config =
        new BatchConfig() {
          @Override
          public int maxDataSets() {
            return maxDataSets;
          }

          @Override
          public MemorySize maxMessage() {
            return new MemorySize(BigInteger.valueOf(maxMessage));
          }

          @Override
          public long maxGas() {
            return 500;
          }

          @Override
          public int gasHeadroomPercent() {
            return 10;
          }

          @Override
          public long emptySlotGas() {
            return emptySlotGas;
          }
        };
    return new Batches(chain, config);
  }

  private static RailSettlement settlement(int from, int to) {
    return new RailSettlement(
        Kind.CDN, LongStream.range(from, to).mapToObj(BatchesTest::id).toList());
  }

  private static DataSetId id(long number) {
    return new DataSetId(Generation.FWSS, number);
  }

  /** A contract that takes 100 gas for each data set, or for none, and refuses some. */
  private static final class Chain implements Simulator {

    final Set<DataSetId> refused = new HashSet<>();
    final Set<DataSetId> withoutGas = new HashSet<>();
    boolean refusesAll;
    int runs;
    int gasSufficesFor = Integer.MAX_VALUE;

    @Override
    public int size(Submission submission) {
      return 96 * submission.size();
    }

    @Override
    public GasEstimate run(Submission submission) {
      runs++;
      if (refusesAll) {
        return new GasEstimate.Refused(new ContractError("Unauthorized()", Cause.CALL));
      }
      if (submission.size() > gasSufficesFor
          || submission.dataSets().stream().anyMatch(withoutGas::contains)) {
        return new GasEstimate.Refused(NO_GAS);
      }
      return submission.dataSets().stream().anyMatch(refused::contains)
          ? new GasEstimate.Refused(ENDED)
          : new GasEstimate.Takes(new Gas(100L * Math.max(1, submission.size())));
    }
  }

  /** Takes what it has room for. */
  private static final class Hands implements Batches.Taker {

    final List<Batch> taken = new ArrayList<>();
    final List<DataSetId> refused = new ArrayList<>();
    final List<String> reasons = new ArrayList<>();
    final Set<DataSetId> leftOut = new HashSet<>();
    int room = Integer.MAX_VALUE;

    @Override
    public Optional<? extends Submission> agreed(Submission part) {
      List<DataSetId> left =
          part.dataSets().stream().filter(dataSet -> !leftOut.contains(dataSet)).toList();
      return left.isEmpty() ? Optional.empty() : Optional.of(new RailSettlement(Kind.CDN, left));
    }

    @Override
    public boolean take(Batch batch) {
      taken.add(batch);
      return taken.size() < room;
    }

    @Override
    public void refuse(Submission single, String why) {
      assertThat(single.size()).isEqualTo(1);
      refused.add(single.dataSets().getFirst());
      reasons.add(why);
    }

    List<DataSetId> all() {
      List<DataSetId> all = new ArrayList<>(refused);
      taken.forEach(batch -> all.addAll(batch.submission().dataSets()));
      return all;
    }
  }
}
