package io.filcdn.testing.chain;

import static io.filcdn.testing.chain.DevnetAccount.PAYER;
import static io.filcdn.testing.chain.DevnetAccount.SECOND_PAYEE;
import static io.filcdn.testing.chain.DevnetAccount.SECOND_PROVIDER;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.testing.chain.Transaction.EventLog;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.web3j.utils.Numeric;

class PieceIT extends OnDevnet {
  private static final String FWSS = devnet.contracts().fwss();
  private static final String VERIFIER = devnet.contracts().pdpVerifier();

  @Test
  void pieceEventCarriesTheBareCidAndTheMetadata() {
    Piece added = piece(7).with(Map.of("ipfsRootCID", "bafy", "x402Price", "1"));

    Transaction transaction = provider.addPiecesTransaction(dataSetId, List.of(added));

    EventLog event = event(transaction, "PieceAdded");
    assertThat(eventsOf(transaction, FWSS, VERIFIER))
        .containsExactly("PiecesAdded", "RailRateUpdated", "PieceAdded");
    assertThat(event.topics().stream().skip(1).map(Numeric::toBigInt))
        .containsExactly(number(dataSetId), number(0));
    assertThat(event.data()).contains("01559120" + "22" + "00" + "05" + "07".repeat(32));
    assertThat(reads.pieceMetadata(dataSetId, 0))
        .containsExactly(Map.entry("ipfsRootCID", "bafy"), Map.entry("x402Price", "1"));
  }

  @Test
  void pieceIdsGoOnWhereTheyEnded() {
    long first = provider.addPieces(dataSetId, List.of(piece(1), piece(2)));
    long second = provider.addPieces(dataSetId, List.of(piece(1)));

    assertThat(List.of(first, second)).containsExactly(0L, 2L);
    assertThat(reads.nextPieceId(dataSetId)).isEqualTo(3);
  }

  @Test
  void cidThatIsNoV2PieceCidIsRefused() {
    byte[] truncated = new byte[38];
    byte[] otherCodec = piece(1).cidBytes();
    otherCodec[1] = 0x70;
    byte[] withLeadingZero = new byte[40];
    System.arraycopy(piece(1).cidBytes(), 0, withLeadingZero, 1, 39);

    for (byte[] bad : List.of(truncated, otherCodec, withLeadingZero)) {
      ContractRevert refusal =
          refusalOf(() -> provider.addPieces(dataSetId, List.of(Piece.of(bad))));
      assertThat(refusal.error()).isEqualTo("Error");
    }
  }

  @Test
  void onlyTheDataSetsProviderAddsPieces() {
    DevnetProvider other = devnet.asProvider(SECOND_PROVIDER);
    other.register(SECOND_PAYEE.address(), "http://127.0.0.1:2/");

    assertThat(refusalOf(() -> other.addPieces(dataSetId, List.of(piece(1)))).getMessage())
        .contains("Only the storage provider can add pieces");
  }

  @Test
  void schedulingARemovalEmitsNothingAndThePieceLivesOn() {
    provider.addPieces(dataSetId, List.of(piece(1), piece(2)));

    Transaction scheduled = provider.scheduleRemovals(dataSetId, List.of(0L));

    assertThat(scheduled.logs()).isEmpty();
    assertThat(reads.isPieceLive(dataSetId, 0)).isTrue();
  }

  @Test
  void scheduledPiecesGoInTheNextProvingPeriod() {
    provider.addPieces(dataSetId, List.of(piece(1).with(Map.of("a", "b")), piece(2)));
    provider.nextProvingPeriod(dataSetId);
    provider.nextProvingPeriod(dataSetId);
    provider.scheduleRemovals(dataSetId, List.of(0L));

    ContractRevert samePeriod = refusalOf(() -> provider.nextProvingPeriod(dataSetId));
    anvil.mineTo(reads.provingDeadline(dataSetId) - 2880);
    Transaction next = provider.nextProvingPeriod(dataSetId);

    assertThat(samePeriod.error()).isEqualTo("NextProvingPeriodAlreadyCalled");
    assertThat(eventsOf(next, VERIFIER)).containsExactly("PiecesRemoved", "NextProvingPeriod");
    assertThat(data(event(next, "PiecesRemoved"), "uint256[]")).containsExactly(List.of(number(0)));
    assertThat(reads.isPieceLive(dataSetId, 0)).isFalse();
    assertThat(reads.isPieceLive(dataSetId, 1)).isTrue();
    assertThat(reads.pieceMetadata(dataSetId, 0)).isEmpty();
    assertThat(reads.nextPieceId(dataSetId)).isEqualTo(2);
  }

  @Test
  void removePiecesJumpsToWhereAPeriodMayBeOpened() {
    provider.addPieces(dataSetId, List.of(piece(1), piece(2), piece(3)));

    provider.removePieces(dataSetId, List.of(0L));
    provider.removePieces(dataSetId, List.of(2L));

    assertThat(reads.isPieceLive(dataSetId, 0)).isFalse();
    assertThat(reads.isPieceLive(dataSetId, 1)).isTrue();
    assertThat(reads.isPieceLive(dataSetId, 2)).isFalse();
  }

  @Test
  void lastPieceLeavesAnEmptyDataSetThatPaysNoRate() {
    provider.addPieces(dataSetId, List.of(piece(1)));
    assertThat(reads.rail(dataSet.pdpRailId()).paymentRate()).isPositive();

    Transaction removed = provider.removePieces(dataSetId, List.of(0L));

    assertThat(eventsOf(removed, VERIFIER))
        .containsExactly("PiecesRemoved", "DataSetEmpty", "NextProvingPeriod");
    assertThat(reads.rail(dataSet.pdpRailId()).paymentRate()).isZero();
    assertThat(reads.isDataSetLive(dataSetId)).isTrue();
  }

  @Test
  void removalOfAPieceThatIsNotThereOrScheduledAlreadyIsRefused() {
    provider.addPieces(dataSetId, List.of(piece(1)));
    provider.scheduleRemovals(dataSetId, List.of(0L));

    assertThat(refusalOf(() -> provider.scheduleRemovals(dataSetId, List.of(0L))).getMessage())
        .contains("already scheduled");
    assertThat(refusalOf(() -> provider.scheduleRemovals(dataSetId, List.of(1L))).getMessage())
        .contains("existing pieces");
  }

  @Test
  void piecesCannotBeAddedAfterTheServiceEnded() {
    payer.terminateService(dataSetId);

    assertThat(refusalOf(() -> provider.addPieces(dataSetId, List.of(piece(1)))).error())
        .isEqualTo("DataSetPaymentAlreadyTerminated");
  }

  @Test
  void provingIsForTheWindowAndOncePerPeriod() {
    provider.addPieces(dataSetId, List.of(piece(1)));
    assertThat(reads.dataSetStatus(dataSetId)).isZero();
    provider.nextProvingPeriod(dataSetId);

    provider.prove(dataSetId);

    assertThat(reads.dataSetStatus(dataSetId)).isEqualTo(1);
    assertThat(refusalOf(() -> provider.prove(dataSetId)).error())
        .isEqualTo("ProofAlreadySubmitted");
    anvil.mineTo(reads.provingDeadline(dataSetId));
    assertThat(refusalOf(() -> provider.prove(dataSetId)).error())
        .isIn("ProofAlreadySubmitted", "ProvingPeriodPassed");
  }

  @Test
  void storageIsPaidForByRawSizeAndTime() {
    provider.addPieces(dataSetId, List.of(piece(1)));
    provider.nextProvingPeriod(dataSetId);
    long from = reads.rail(dataSet.pdpRailId()).settledUpTo();
    anvil.mine(100);

    Transaction settled = payer.settleRail(dataSet.pdpRailId());

    // 1016 bytes x 2.5 tokens / (TiB x 86400 epochs) + 0.024 tokens / 86400 epochs
    assertThat(reads.rail(dataSet.pdpRailId()).paymentRate())
        .isEqualTo(number(26737 + 277777777777L));
    assertThat(
            data(
                    event(settled, "RailSettled"),
                    "uint256",
                    "uint256",
                    "uint256",
                    "uint256",
                    "uint256")
                .getFirst())
        .isEqualTo(number(26737 + 277777777777L).multiply(number(settled.block() - 1 - from)));
    assertThat(reads.dataSetsOf(PAYER.address())).containsExactly(dataSetId);
  }
}
