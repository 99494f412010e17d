package io.filcdn.testing.chain;

import static io.filcdn.testing.chain.Devnet.tokens;
import static io.filcdn.testing.chain.DevnetAccount.CDN_BENEFICIARY;
import static io.filcdn.testing.chain.DevnetAccount.OUTSIDER;
import static io.filcdn.testing.chain.DevnetAccount.PAYEE;
import static io.filcdn.testing.chain.DevnetAccount.PAYER;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.testing.chain.DevnetHistory.Settlement;
import io.filcdn.testing.chain.DevnetOperator.Rollup;
import io.filcdn.testing.chain.DevnetReads.OwedUsage;
import io.filcdn.testing.chain.DevnetReads.PayAccount;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

class SettlementIT extends OnDevnet {
  private static final long UNKNOWN = 4711;

  @Test
  void cdnSettlementPaysTheBeneficiaryOutOfTheCdnRailsLockup() {
    operator.report(100, Rollup.of(dataSetId, GIB, 5));
    PayAccount before = reads.account(PAYER.address());

    Transaction settled = operator.settleCdn(dataSetId);

    BigInteger gross = amount(GIB);
    assertThat(history.settlements(settled.block(), settled.block()))
        .containsExactly(
            new Settlement(
                Settlement.Rails.CDN, dataSetId, gross, settled.block(), settled.hash()));
    assertThat(reads.funds(CDN_BENEFICIARY.address())).isEqualTo(net(gross));
    assertThat(reads.funds(PAYEE.address())).isZero();
    assertThat(reads.rail(dataSet.cdnRailId()).lockupFixed()).isEqualTo(CDN_LOCKUP.subtract(gross));
    assertThat(reads.rail(dataSet.cacheMissRailId()).lockupFixed()).isEqualTo(CACHE_MISS_LOCKUP);
    PayAccount after = reads.account(PAYER.address());
    assertThat(after.funds()).isEqualTo(before.funds().subtract(gross));
    assertThat(after.lockupCurrent()).isEqualTo(before.lockupCurrent().subtract(gross));
    assertThat(reads.owedUsage(dataSetId))
        .isEqualTo(new OwedUsage(BigInteger.ZERO, amount(5), 100));
  }

  @Test
  void cacheMissSettlementPaysTheProvidersPayee() {
    operator.report(100, Rollup.of(dataSetId, 5, GIB));

    Transaction settled = operator.settleCacheMiss(dataSetId);

    assertThat(history.settlements(settled.block(), settled.block()))
        .extracting(Settlement::rail, Settlement::amount)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(Settlement.Rails.CACHE_MISS, amount(GIB)));
    assertThat(reads.funds(PAYEE.address())).isEqualTo(net(amount(GIB)));
    assertThat(reads.funds(CDN_BENEFICIARY.address())).isZero();
    assertThat(reads.rail(dataSet.cacheMissRailId()).lockupFixed())
        .isEqualTo(CACHE_MISS_LOCKUP.subtract(amount(GIB)));
  }

  @Test
  void networkFeeIsAHalfPercentRoundedUp() {
    operator.report(100, Rollup.of(dataSetId, 1, 0)); // 6366462 = 200 x 31832 + 62

    Transaction settled = operator.settleCdn(dataSetId);

    assertThat(data(event(settled, "RailOneTimePaymentProcessed"), "uint256", "uint256", "uint256"))
        .containsExactly(number(6366462 - 31833), BigInteger.ZERO, number(31833));
    assertThat(reads.funds(devnet.contracts().filecoinPay())).isEqualTo(number(31833));
  }

  @Test
  void anyoneMaySettle() {
    operator.report(100, Rollup.of(dataSetId, 1, 1));

    operator.as(OUTSIDER.address()).settleCdn(dataSetId);
    operator.as(OUTSIDER.address()).settleCacheMiss(dataSetId);

    assertThat(reads.owedUsage(dataSetId))
        .isEqualTo(new OwedUsage(BigInteger.ZERO, BigInteger.ZERO, 100));
  }

  @Test
  void paymentIsCutToTheLockupAndTheRestSettlesAfterATopUp() {
    BigInteger owed = amount(200 * GIB); // 1.37 tokens
    operator.report(100, Rollup.of(dataSetId, 200 * GIB, 0));

    Transaction first = operator.settleCdn(dataSetId);

    assertThat(history.settlements(first.block(), first.block()))
        .extracting(Settlement::amount)
        .containsExactly(CDN_LOCKUP);
    assertThat(reads.rail(dataSet.cdnRailId()).lockupFixed()).isZero();
    BigInteger rest = owed.subtract(CDN_LOCKUP);
    assertThat(reads.owedUsage(dataSetId).cdnAmount()).isEqualTo(rest);

    Transaction nothing = operator.settleCdn(dataSetId);
    payer.topUp(dataSetId, tokens("1"), BigInteger.ZERO);
    operator.settleCdn(dataSetId);

    assertThat(nothing.logs()).isEmpty();
    assertThat(reads.owedUsage(dataSetId).cdnAmount()).isZero();
    assertThat(reads.funds(CDN_BENEFICIARY.address())).isEqualTo(net(CDN_LOCKUP).add(net(rest)));
  }

  @Test
  void settlingAnUnknownDataSetSucceedsWithoutATrace() {
    operator.report(100, Rollup.of(UNKNOWN, GIB, GIB));

    Transaction settled = operator.settleCdn(UNKNOWN, 4712);

    assertThat(settled.logs()).isEmpty();
    assertThat(operator.settleCacheMiss(UNKNOWN).logs()).isEmpty();
    assertThat(reads.owedUsage(UNKNOWN)).isEqualTo(new OwedUsage(amount(GIB), amount(GIB), 100));
  }

  @Test
  void settlingADataSetWithoutTheCdnSucceedsWithoutATrace() {
    long plain = provider.createDataSet(PAYER.address(), false);
    operator.report(100, Rollup.of(plain, 1, 1));

    assertThat(operator.settleCdn(plain).logs()).isEmpty();
  }

  @Test
  void terminatedRailSettlesOnlyBeforeItsEndEpoch() {
    operator.report(100, Rollup.of(dataSetId, 2, 2));
    operator.terminateCdn(dataSetId);
    long end = reads.rail(dataSet.cdnRailId()).endEpoch();

    anvil.mineTo(end - 2);
    operator.settleCdn(dataSetId); // in block end - 1
    ContractRevert late = refusalOf(() -> operator.settleCacheMiss(dataSetId)); // in block end

    assertThat(devnet.epoch()).isEqualTo(end - 1);
    assertThat(late.error()).isEqualTo("CannotModifyTerminatedRailBeyondEndEpoch");
    assertThat(late.arguments())
        .containsExactly(number(dataSet.cacheMissRailId()), number(end), number(end));
  }

  @Test
  void oneEndedRailThatOwesRevertsTheWholeBatch() {
    long ended = provider.createDataSet(PAYER.address(), true);
    operator.report(100, Rollup.of(dataSetId, 1, 1), Rollup.of(ended, 1, 1));
    operator.terminateCdn(ended);
    anvil.mineTo(reads.rail(reads.dataSet(ended).cdnRailId()).endEpoch());

    ContractRevert refusal = refusalOf(() -> operator.settleCdn(dataSetId, ended));

    assertThat(refusal.error()).isEqualTo("CannotModifyTerminatedRailBeyondEndEpoch");
    assertThat(reads.owedUsage(dataSetId).cdnAmount()).isEqualTo(amount(1));
    operator.settleCdn(dataSetId);
    assertThat(reads.owedUsage(dataSetId).cdnAmount()).isZero();
  }

  @Test
  void oneFinalisedRailThatOwesRevertsTheWholeBatch() {
    operator.report(100, Rollup.of(dataSetId, 1, 1));
    operator.terminateCdn(dataSetId);
    anvil.mineTo(reads.rail(dataSet.cdnRailId()).endEpoch());
    payer.settleRail(dataSet.cdnRailId());

    ContractRevert refusal = refusalOf(() -> operator.settleCdn(dataSetId));

    assertThat(refusal.error()).isEqualTo("RailInactiveOrSettled");
    assertThat(refusal.arguments()).containsExactly(number(dataSet.cdnRailId()));
  }

  @Test
  void endedRailThatOwesNothingIsPassedOver() {
    long ended = provider.createDataSet(PAYER.address(), true);
    operator.report(100, Rollup.of(dataSetId, 1, 0));
    operator.terminateCdn(ended);
    anvil.mineTo(reads.rail(reads.dataSet(ended).cdnRailId()).endEpoch());

    operator.settleCdn(ended, dataSetId);

    assertThat(reads.owedUsage(dataSetId).cdnAmount()).isZero();
  }

  @Test
  void operatorThatFwssNoLongerListensToStillReportsButCannotSettle() {
    operator.report(100, Rollup.of(dataSetId, 1, 1));
    String successor = devnet.deployOperator();
    devnet.changeFwssController(devnet.contracts().filBeamOperator(), successor);

    operator.report(101, Rollup.of(dataSetId, 1, 1));
    List<ContractRevert> refusals =
        List.of(
            refusalOf(() -> operator.settleCdn(dataSetId)),
            refusalOf(() -> operator.settleCacheMiss(dataSetId)),
            refusalOf(() -> operator.terminateCdn(dataSetId)));

    assertThat(reads.fwssController()).isEqualTo(successor);
    assertThat(refusals)
        .allSatisfy(
            refusal -> {
              assertThat(refusal.data()).startsWith("0xc2aebdff");
              assertThat(refusal.arguments())
                  .containsExactly(successor, devnet.contracts().filBeamOperator());
            });
  }

  @Test
  void newOperatorBeginsAtEpochZeroAndSettles() {
    operator.report(100, Rollup.of(dataSetId, 1, 1));
    String successor = devnet.deployOperator();
    devnet.changeFwssController(devnet.contracts().filBeamOperator(), successor);
    DevnetOperator next = devnet.asOperator(successor);

    assertThat(reads.owedUsage(successor, dataSetId))
        .isEqualTo(new OwedUsage(BigInteger.ZERO, BigInteger.ZERO, 0));
    next.report(50, Rollup.of(dataSetId, 3, 0));
    next.settleCdn(dataSetId);

    assertThat(reads.funds(CDN_BENEFICIARY.address())).isEqualTo(net(amount(3)));
  }

  @Test
  void onlyTheControllerSettlesOrEndsTheCdnAtFwss() {
    String settle =
        Abi.encode("settleFilBeamPaymentRails(uint256,uint256,uint256)", dataSetId, 1, 1);
    String terminate = Abi.encode("terminateCDNService(uint256)", dataSetId);
    String fwss = devnet.contracts().fwss();

    for (String data : List.of(settle, terminate)) {
      ContractRevert refusal = refusalOf(() -> devnet.send(PAYER.address(), fwss, data));
      assertThat(refusal.error()).isEqualTo("OnlyFilBeamControllerAllowed");
      assertThat(refusal.arguments())
          .containsExactly(devnet.contracts().filBeamOperator(), PAYER.address());
    }
  }
}
