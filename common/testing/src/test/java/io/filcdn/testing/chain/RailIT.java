package io.filcdn.testing.chain;

import static io.filcdn.testing.chain.Devnet.tokens;
import static io.filcdn.testing.chain.DevnetAccount.OUTSIDER;
import static io.filcdn.testing.chain.DevnetAccount.PAYER;
import static io.filcdn.testing.chain.DevnetAccount.SECOND_PAYER;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.testing.chain.DevnetOperator.Rollup;
import io.filcdn.testing.chain.DevnetReads.DataSet;
import io.filcdn.testing.chain.DevnetReads.PayAccount;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

class RailIT extends OnDevnet {
  private static final String PAY = devnet.contracts().filecoinPay();

  @Test
  void railOfAFundedPayerEndsAfterItsLockupPeriod() {
    anvil.mine(50);

    Transaction ended = payer.terminateRail(dataSet.cdnRailId());

    assertThat(reads.rail(dataSet.cdnRailId()).endEpoch())
        .isEqualTo(ended.block() + CDN_LOCKUP_PERIOD);
    assertThat(data(event(ended, "RailTerminated"), "uint256"))
        .containsExactly(number(ended.block() + CDN_LOCKUP_PERIOD));
  }

  @Test
  void railOfAnUnderfundedPayerEndsEarlier() {
    DataSet poor = dataSetOfAPayerWhoseFundsEnd();

    Transaction ended = operator.terminateCdn(poor.id());

    long fundedUntil = reads.account(SECOND_PAYER.address()).lockupLastSettledAt();
    long end = reads.rail(poor.cdnRailId()).endEpoch();
    assertThat(fundedUntil).isLessThan(ended.block() - 1000);
    assertThat(end).isEqualTo(fundedUntil + CDN_LOCKUP_PERIOD);
    assertThat(end).isLessThan(ended.block() + CDN_LOCKUP_PERIOD - 1000);
  }

  @Test
  void underfundedPayerCannotEndARailItselfButTheOperatorCan() {
    DataSet poor = dataSetOfAPayerWhoseFundsEnd();

    ContractRevert refusal =
        refusalOf(() -> devnet.asPayer(SECOND_PAYER).terminateRail(poor.cdnRailId()));
    operator.terminateCdn(poor.id());

    assertThat(refusal.error()).isEqualTo("NotAuthorizedToTerminateRail");
    assertThat(refusal.arguments())
        .containsExactly(
            number(poor.cdnRailId()),
            SECOND_PAYER.address(),
            devnet.contracts().fwss(),
            SECOND_PAYER.address());
    assertThat(reads.rail(poor.cdnRailId()).endEpoch()).isPositive();
  }

  @Test
  void underfundedPayersUsageStillSettlesFromTheLockup() {
    DataSet poor = dataSetOfAPayerWhoseFundsEnd();
    operator.report(100, Rollup.of(poor.id(), GIB, 0));

    operator.settleCdn(poor.id());

    assertThat(reads.owedUsage(poor.id()).cdnAmount()).isZero();
  }

  @Test
  void strangerCannotEndARail() {
    ContractRevert refusal =
        refusalOf(() -> devnet.asPayer(OUTSIDER).terminateRail(dataSet.cdnRailId()));

    assertThat(refusal.error()).isEqualTo("NotAuthorizedToTerminateRail");
  }

  @Test
  void railIsEndedOnce() {
    payer.terminateRail(dataSet.cdnRailId());

    ContractRevert refusal = refusalOf(() -> payer.terminateRail(dataSet.cdnRailId()));

    assertThat(refusal.error()).isEqualTo("RailAlreadyTerminated");
    assertThat(refusal.arguments()).containsExactly(number(dataSet.cdnRailId()));
  }

  @Test
  void endedRailIsFinalisedBySettlingItAndItsLockupIsThePayersAgain() {
    payer.terminateRail(dataSet.cdnRailId());
    long end = reads.rail(dataSet.cdnRailId()).endEpoch();
    anvil.mineTo(end - 3);

    Transaction early = payer.settleRail(dataSet.cdnRailId());
    anvil.mineTo(end);
    PayAccount before = reads.account(PAYER.address());
    Transaction finalised = payer.settleRail(dataSet.cdnRailId());

    assertThat(eventsOf(early, PAY)).doesNotContain("RailFinalized");
    assertThat(eventsOf(finalised, PAY)).contains("RailFinalized");
    assertThat(refusalOf(() -> reads.rail(dataSet.cdnRailId())).error())
        .isEqualTo("RailInactiveOrSettled");
    assertThat(reads.account(PAYER.address()).lockupCurrent())
        .isEqualTo(before.lockupCurrent().subtract(CDN_LOCKUP));
    assertThat(reads.account(PAYER.address()).funds()).isEqualTo(before.funds());
  }

  @Test
  void onlyTheRailsOperatorPaysFromIt() {
    String pay =
        Abi.encode("modifyRailPayment(uint256,uint256,uint256)", dataSet.cdnRailId(), 0, 1);
    String lockUp =
        Abi.encode("modifyRailLockup(uint256,uint256,uint256)", dataSet.cdnRailId(), 0, 0);

    for (String data : List.of(pay, lockUp)) {
      ContractRevert refusal = refusalOf(() -> devnet.send(PAYER.address(), PAY, data));
      assertThat(refusal.error()).isEqualTo("OnlyRailOperatorAllowed");
      assertThat(refusal.arguments()).containsExactly(devnet.contracts().fwss(), PAYER.address());
    }
  }

  @Test
  void paymentBeyondTheLockupIsRefused() {
    String fwss = devnet.contracts().fwss();
    anvil.impersonate(fwss);
    anvil.setBalance(fwss, tokens("10"));
    String pay =
        Abi.encode(
            "modifyRailPayment(uint256,uint256,uint256)",
            dataSet.cdnRailId(),
            0,
            CDN_LOCKUP.add(BigInteger.ONE));

    ContractRevert refusal = refusalOf(() -> devnet.send(fwss, PAY, pay));

    assertThat(refusal.error()).isEqualTo("OneTimePaymentExceedsLockup");
    assertThat(refusal.arguments())
        .containsExactly(number(dataSet.cdnRailId()), CDN_LOCKUP, CDN_LOCKUP.add(BigInteger.ONE));
  }

  @Test
  void lockedUpFundsCannotBeWithdrawn() {
    PayAccount account = reads.account(PAYER.address());
    BigInteger free = account.funds().subtract(account.lockupCurrent());

    ContractRevert refusal = refusalOf(() -> payer.withdraw(free.add(BigInteger.ONE)));
    payer.withdraw(free);

    assertThat(account.lockupCurrent()).isEqualTo(tokens("1"));
    assertThat(refusal.error()).isEqualTo("InsufficientUnlockedFunds");
    assertThat(refusal.arguments()).containsExactly(free, free.add(BigInteger.ONE));
    assertThat(reads.funds(PAYER.address())).isEqualTo(tokens("1"));
  }

  @Test
  void lockupOfAFullAccountGrowsWithTheStorageRate() {
    provider.addPieces(dataSetId, List.of(piece(1)));
    PayAccount before = reads.account(PAYER.address());

    anvil.mine(99);
    payer.deposit(BigInteger.ONE); // settles the lockup

    PayAccount after = reads.account(PAYER.address());
    long epochs = after.lockupLastSettledAt() - before.lockupLastSettledAt();
    assertThat(after.lockupLastSettledAt()).isEqualTo(devnet.epoch());
    assertThat(after.lockupCurrent())
        .isEqualTo(before.lockupCurrent().add(before.lockupRate().multiply(number(epochs))));
  }

  @Test
  void operatorStaysWithinItsAllowance() {
    payer.approveFwss(tokens("1"), tokens("1"), PDP_LOCKUP_PERIOD);

    ContractRevert refusal =
        refusalOf(() -> payer.topUp(dataSetId, BigInteger.ONE, BigInteger.ZERO));

    assertThat(refusal.error()).isEqualTo("OperatorLockupAllowanceExceeded");
    assertThat(refusal.arguments()).containsExactly(tokens("1"), tokens("1").add(BigInteger.ONE));
  }

  /**
   * A data set whose payer could fund it for the lockup and a few hundred epochs, some 2,000 epochs
   * ago.
   */
  private static DataSet dataSetOfAPayerWhoseFundsEnd() {
    DevnetPayer poor = devnet.asPayer(SECOND_PAYER);
    poor.prepare(tokens("1.0242"));
    long id = provider.createDataSet(SECOND_PAYER.address(), true);
    provider.addPieces(id, List.of(piece(1)));
    anvil.mine(2000);
    return reads.dataSet(id);
  }
}
