package io.filcdn.settlement.due;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.usage.QuotaRecord.Kind;
import io.filcdn.settlement.contracts.RailState;
import io.filcdn.settlement.due.DueSettlements.Payable;
import io.filcdn.settlement.model.Submission.RailSettlement;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DueSettlementsTest {

  private static final DataSetId ONE = DataSetId.of("fwss/1");
  private static final DataSetId TWO = DataSetId.of("fwss/2");
  private static final DataSetId THREE = DataSetId.of("fwss/3");
  private static final DataSetId FOUR = DataSetId.of("fwss/4");

  @Test
  void railsThatEndSoonAreSettledAloneAndFirst() {
    List<Payable> payables =
        List.of(
            new Payable(ONE, Optional.empty()),
            new Payable(TWO, Optional.of(new Epoch(109))),
            new Payable(THREE, Optional.of(new Epoch(500))),
            new Payable(FOUR, Optional.of(new Epoch(105))));

    assertThat(DueSettlements.group(Kind.CDN, payables, new Epoch(110)))
        .containsExactly(
            new RailSettlement(Kind.CDN, List.of(FOUR)),
            new RailSettlement(Kind.CDN, List.of(TWO)),
            new RailSettlement(Kind.CDN, List.of(THREE, ONE)));
  }

  @Test
  void nothingPayableMakesNoSettlement() {
    assertThat(DueSettlements.group(Kind.CDN, List.of(), new Epoch(110))).isEmpty();
  }

  @Test
  void aRailIsPayableOnlyWhileTheNextBlockIsBelowItsEnd() {
    TokenAmount lockup = TokenAmount.of(5);
    BlockNumber latest = new BlockNumber(100);

    assertThat(RailState.of(lockup, Optional.of(new Epoch(102)), latest))
        .isEqualTo(new RailState.Payable(lockup, Optional.of(new Epoch(102))));
    assertThat(RailState.of(lockup, Optional.of(new Epoch(101)), latest))
        .isEqualTo(new RailState.Ended(new Epoch(101)));
    assertThat(RailState.of(lockup, Optional.empty(), latest))
        .isEqualTo(new RailState.Payable(lockup, Optional.empty()));
    assertThat(RailState.of(TokenAmount.ZERO, Optional.empty(), latest))
        .isEqualTo(new RailState.Unfunded());
  }
}
