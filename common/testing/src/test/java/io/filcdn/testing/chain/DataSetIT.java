package io.filcdn.testing.chain;

import static io.filcdn.testing.chain.Devnet.tokens;
import static io.filcdn.testing.chain.DevnetAccount.CDN_BENEFICIARY;
import static io.filcdn.testing.chain.DevnetAccount.OUTSIDER;
import static io.filcdn.testing.chain.DevnetAccount.PAYEE;
import static io.filcdn.testing.chain.DevnetAccount.PAYER;
import static io.filcdn.testing.chain.DevnetAccount.PROVIDER;
import static io.filcdn.testing.chain.DevnetAccount.SECOND_PAYER;
import static io.filcdn.testing.chain.DevnetAccount.SECOND_PROVIDER;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.testing.chain.DevnetOperator.Rollup;
import io.filcdn.testing.chain.DevnetReads.DataSet;
import io.filcdn.testing.chain.DevnetReads.Rail;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DataSetIT extends OnDevnet {
  private static final String ZERO = "0x0000000000000000000000000000000000000000";
  private static final DataSet NONE = new DataSet(0, 0, 0, 0, 0, ZERO, ZERO, ZERO, 0);

  private static final String FWSS = devnet.contracts().fwss();
  private static final String VERIFIER = devnet.contracts().pdpVerifier();
  private static final String PAY = devnet.contracts().filecoinPay();

  @Test
  void topUpEventPrecedesTheCreationOfADataSetWithTheCdn() {
    Transaction created =
        provider.createDataSetTransaction(
            PAYER.address(), Map.of("withCDN", "", "withIPFSIndexing", ""));

    assertThat(eventsOf(created, FWSS, VERIFIER))
        .containsExactly("CDNPaymentRailsToppedUp", "DataSetCreated", "DataSetCreated");
    assertThat(
            data(
                event(created, "CDNPaymentRailsToppedUp"),
                "uint256",
                "uint256",
                "uint256",
                "uint256"))
        .containsExactly(CDN_LOCKUP, CDN_LOCKUP, CACHE_MISS_LOCKUP, CACHE_MISS_LOCKUP);
    assertThat(reads.dataSetMetadata(dataSetId + 1))
        .containsExactly(Map.entry("withCDN", ""), Map.entry("withIPFSIndexing", ""));
  }

  @Test
  void creationEventNamesRailsPeopleAndMetadata() {
    Transaction created =
        provider.createDataSetTransaction(PAYER.address(), Map.of("withCDN", "", "name", "x"));

    DataSet made = reads.dataSet(dataSetId + 1);
    List<Object> data =
        data(
            created.logs().stream().filter(log -> log.contract().equals(FWSS)).toList().getLast(),
            "uint256",
            "uint256",
            "uint256",
            "address",
            "address",
            "address",
            "string[]",
            "string[]");
    assertThat(data)
        .containsExactly(
            number(made.pdpRailId()),
            number(made.cacheMissRailId()),
            number(made.cdnRailId()),
            PAYER.address(),
            PROVIDER.address(),
            PAYEE.address(),
            List.of("name", "withCDN"),
            List.of("x", ""));
  }

  @Test
  void cdnRailsPayBeneficiaryAndPayeeAndHaveNoValidator() {
    Rail cdn = reads.rail(dataSet.cdnRailId());
    Rail cacheMiss = reads.rail(dataSet.cacheMissRailId());
    Rail pdp = reads.rail(dataSet.pdpRailId());

    assertThat(cdn)
        .isEqualTo(
            new Rail(
                PAYER.address(),
                CDN_BENEFICIARY.address(),
                FWSS,
                ZERO,
                BigInteger.ZERO,
                CDN_LOCKUP_PERIOD,
                CDN_LOCKUP,
                cdn.settledUpTo(),
                0));
    assertThat(cacheMiss)
        .isEqualTo(
            new Rail(
                PAYER.address(),
                PAYEE.address(),
                FWSS,
                ZERO,
                BigInteger.ZERO,
                CDN_LOCKUP_PERIOD,
                CACHE_MISS_LOCKUP,
                cacheMiss.settledUpTo(),
                0));
    assertThat(pdp.to()).isEqualTo(PAYEE.address());
    assertThat(pdp.validator()).isEqualTo(FWSS);
    assertThat(pdp.lockupPeriod()).isEqualTo(PDP_LOCKUP_PERIOD);
  }

  @Test
  void dataSetWithoutTheCdnHasOneRailAndNoTopUp() {
    Transaction created = provider.createDataSetTransaction(PAYER.address(), Map.of());

    DataSet plain = reads.dataSet(dataSetId + 1);
    assertThat(eventsOf(created, FWSS, VERIFIER))
        .containsExactly("DataSetCreated", "DataSetCreated");
    assertThat(plain.pdpRailId()).isPositive();
    assertThat(List.of(plain.cdnRailId(), plain.cacheMissRailId())).containsExactly(0L, 0L);
    assertThat(refusalOf(() -> payer.topUp(plain.id(), BigInteger.ONE, BigInteger.ONE)).error())
        .isEqualTo("FilBeamServiceNotConfigured");
  }

  @Test
  void payerWithoutFundsOrApprovalGetsNoDataSet() {
    DevnetPayer poor = devnet.asPayer(SECOND_PAYER);

    ContractRevert noFunds = refusalOf(() -> provider.createDataSet(SECOND_PAYER.address(), true));
    poor.deposit(tokens("10"));
    ContractRevert noApproval =
        refusalOf(() -> provider.createDataSet(SECOND_PAYER.address(), true));
    poor.approveFwss(tokens("1"), tokens("1"), PDP_LOCKUP_PERIOD);
    ContractRevert smallAllowance =
        refusalOf(() -> provider.createDataSet(SECOND_PAYER.address(), true));

    assertThat(noFunds.error()).isEqualTo("InsufficientLockupFunds");
    assertThat(noApproval.error()).isEqualTo("OperatorNotApproved");
    assertThat(smallAllowance.error()).isEqualTo("InsufficientLockupAllowance");
  }

  @Test
  void onlyARegisteredProviderCreatesDataSets() {
    ContractRevert refusal =
        refusalOf(() -> devnet.asProvider(SECOND_PROVIDER).createDataSet(PAYER.address(), true));

    assertThat(refusal.error()).isEqualTo("ProviderNotRegistered");
    assertThat(refusal.arguments()).containsExactly(SECOND_PROVIDER.address());
  }

  @Test
  void onlyTheVerifierReportsToFwss() {
    String data = Abi.encode("dataSetDeleted(uint256,uint256,bytes)", dataSetId, 0, new byte[0]);

    assertThat(refusalOf(() -> devnet.send(OUTSIDER.address(), FWSS, data)).error())
        .isEqualTo("OnlyPDPVerifierAllowed");
  }

  @Test
  void topUpRaisesTheLockupsByWhatThePayerAdds() {
    Transaction toppedUp = payer.topUp(dataSetId, tokens("2"), tokens("0.5"));

    assertThat(
            data(
                event(toppedUp, "CDNPaymentRailsToppedUp"),
                "uint256",
                "uint256",
                "uint256",
                "uint256"))
        .containsExactly(tokens("2"), tokens("2.7"), tokens("0.5"), tokens("0.8"));
    assertThat(reads.rail(dataSet.cdnRailId()).lockupFixed()).isEqualTo(tokens("2.7"));
    assertThat(reads.rail(dataSet.cacheMissRailId()).lockupFixed()).isEqualTo(tokens("0.8"));
  }

  @Test
  void topUpIsThePayersAloneAndWithinItsFunds() {
    ContractRevert notPayer =
        refusalOf(() -> devnet.asPayer(OUTSIDER).topUp(dataSetId, BigInteger.ONE, BigInteger.ONE));
    ContractRevert tooMuch =
        refusalOf(() -> payer.topUp(dataSetId, tokens("100"), BigInteger.ZERO));
    ContractRevert nothing =
        refusalOf(() -> payer.topUp(dataSetId, BigInteger.ZERO, BigInteger.ZERO));
    ContractRevert unknown = refusalOf(() -> payer.topUp(99, BigInteger.ONE, BigInteger.ONE));

    assertThat(notPayer.error()).isEqualTo("CallerNotPayer");
    assertThat(notPayer.arguments())
        .containsExactly(number(dataSetId), PAYER.address(), OUTSIDER.address());
    assertThat(tooMuch.getMessage()).contains("insufficient funds to cover lockup");
    assertThat(nothing.error()).isEqualTo("InvalidTopUpAmount");
    assertThat(unknown.error()).isEqualTo("InvalidDataSetId");
  }

  @Test
  void terminateServiceEndsThePdpRailAndLeavesTheCdnAlone() {
    Transaction ended = payer.terminateService(dataSetId);

    assertThat(eventsOf(ended, FWSS)).containsExactly("PDPPaymentTerminated", "ServiceTerminated");
    assertThat(eventsOf(ended, PAY)).containsOnlyOnce("RailTerminated");
    long end = reads.rail(dataSet.pdpRailId()).endEpoch();
    assertThat(end).isEqualTo(ended.block() + PDP_LOCKUP_PERIOD);
    assertThat(reads.dataSet(dataSetId).pdpEndEpoch()).isEqualTo(end);
    assertThat(reads.rail(dataSet.cdnRailId()).endEpoch()).isZero();
    assertThat(reads.rail(dataSet.cacheMissRailId()).endEpoch()).isZero();
    assertThat(reads.dataSetMetadata(dataSetId)).containsKey("withCDN");
    operator.report(100, Rollup.of(dataSetId, 1, 0));
    operator.settleCdn(dataSetId);
    assertThat(reads.funds(CDN_BENEFICIARY.address())).isEqualTo(net(amount(1)));
  }

  @Test
  void serviceIsEndedOnceAndByPayerOrProviderOnly() {
    ContractRevert outsider = refusalOf(() -> devnet.asPayer(OUTSIDER).terminateService(dataSetId));
    provider.terminateService(dataSetId);
    ContractRevert twice = refusalOf(() -> payer.terminateService(dataSetId));

    assertThat(outsider.error()).isEqualTo("CallerNotPayerOrPayee");
    assertThat(twice.error()).isEqualTo("DataSetPaymentAlreadyTerminated");
  }

  @Test
  void operatorEndsBothCdnRailsAndTheFlag() {
    Transaction ended = operator.terminateCdn(dataSetId);

    assertThat(eventsOf(ended, FWSS, devnet.contracts().filBeamOperator()))
        .containsExactly("CDNServiceTerminated", "PaymentRailsTerminated");
    assertThat(reads.rail(dataSet.cdnRailId()).endEpoch())
        .isEqualTo(ended.block() + CDN_LOCKUP_PERIOD);
    assertThat(reads.rail(dataSet.cacheMissRailId()).endEpoch())
        .isEqualTo(ended.block() + CDN_LOCKUP_PERIOD);
    assertThat(reads.rail(dataSet.pdpRailId()).endEpoch()).isZero();
    assertThat(reads.dataSetMetadata(dataSetId)).isEmpty();
    assertThat(refusalOf(() -> operator.terminateCdn(dataSetId)).error())
        .isEqualTo("FilBeamServiceNotConfigured");
    assertThat(refusalOf(() -> payer.topUp(dataSetId, BigInteger.ONE, BigInteger.ONE)).error())
        .isEqualTo("FilBeamServiceNotConfigured");
  }

  @Test
  void payerEndsACdnRailPastFwssWithoutAnEventOfFwss() {
    Transaction ended = payer.terminateRail(dataSet.cdnRailId());

    assertThat(eventsOf(ended, FWSS)).isEmpty();
    assertThat(event(ended, "RailTerminated").topics().get(1))
        .endsWith(Long.toHexString(dataSet.cdnRailId()));
    assertThat(reads.dataSetMetadata(dataSetId)).containsKey("withCDN");
    assertThat(refusalOf(() -> payer.topUp(dataSetId, BigInteger.ONE, BigInteger.ONE)).error())
        .isEqualTo("CDNPaymentAlreadyTerminated");
  }

  @Test
  void cdnServiceTerminatedComesAlsoForRailsThatAreGone() {
    payer.terminateRail(dataSet.cdnRailId());
    payer.terminateRail(dataSet.cacheMissRailId());

    Transaction ended = operator.terminateCdn(dataSetId);

    assertThat(eventsOf(ended, FWSS)).containsExactly("CDNServiceTerminated");
    assertThat(eventsOf(ended, PAY)).isEmpty();
  }

  @Test
  void payerCannotEndThePdpRailPastFwss() {
    assertThat(refusalOf(() -> payer.terminateRail(dataSet.pdpRailId())).error())
        .isEqualTo("ServiceContractMustTerminateRail");
  }

  @Test
  void deletionWaitsForTheEndAndSettlementOfThePdpRail() {
    provider.addPieces(dataSetId, List.of(piece(1)));
    payer.terminateService(dataSetId);
    long end = reads.dataSet(dataSetId).pdpEndEpoch();

    ContractRevert early = refusalOf(() -> provider.deleteDataSet(dataSetId));
    anvil.mineTo(end - 1);
    ContractRevert unsettled = refusalOf(() -> provider.deleteDataSet(dataSetId));
    anvil.mine(1);
    payer.settleRail(dataSet.pdpRailId());
    provider.deleteDataSet(dataSetId);

    assertThat(early.error()).isEqualTo("PaymentRailsNotFinalized");
    assertThat(early.arguments()).containsExactly(number(dataSetId), number(end));
    assertThat(unsettled.error()).isEqualTo("RailNotFullySettled");
    assertThat(reads.dataSet(dataSetId)).isEqualTo(NONE);
  }

  @Test
  void deletionErasesTheDataSetAndLeavesItsDebtUnsettled() {
    operator.report(100, Rollup.of(dataSetId, 9, 9));
    provider.terminateServiceAtOnce(dataSetId);
    payer.settleRail(dataSet.pdpRailId());

    Transaction deleted = provider.deleteDataSet(dataSetId);

    assertThat(eventsOf(deleted, FWSS, VERIFIER))
        .containsExactly("CDNServiceTerminated", "DataSetDeleted");
    assertThat(reads.dataSet(dataSetId)).isEqualTo(NONE);
    assertThat(reads.dataSetsOf(PAYER.address())).isEmpty();
    assertThat(reads.dataSetMetadata(dataSetId)).isEmpty();
    assertThat(reads.isDataSetLive(dataSetId)).isFalse();
    assertThat(reads.rail(dataSet.cdnRailId()).endEpoch())
        .isEqualTo(deleted.block() + CDN_LOCKUP_PERIOD);
    assertThat(operator.settleCdn(dataSetId).logs()).isEmpty();
    assertThat(reads.owedUsage(dataSetId).cdnAmount()).isEqualTo(amount(9));
  }

  @Test
  void strangerCannotDeleteADataSetThatIsStillProven() {
    assertThat(refusalOf(() -> devnet.asPayer(OUTSIDER).deleteDataSet(dataSetId)).error())
        .isEqualTo("OnlyStorageProviderCanDelete");
  }

  @Test
  void providerCannotSkipTerminationWhileProving() {
    provider.addPieces(dataSetId, List.of(piece(1)));
    provider.nextProvingPeriod(dataSetId);

    assertThat(refusalOf(() -> provider.deleteDataSet(dataSetId)).error())
        .isEqualTo("DataSetNotAbandoned");
  }

  @Test
  void abandonedDataSetIsAnyonesToDeleteAndTheDebtIsLostAtOnce() {
    provider.addPieces(dataSetId, List.of(piece(1)));
    provider.nextProvingPeriod(dataSetId);
    Transaction proven = provider.prove(dataSetId);
    operator.report(100, Rollup.of(dataSetId, 9, 9));
    anvil.mineTo(proven.block() + 86_399);

    ContractRevert early = refusalOf(() -> devnet.asPayer(OUTSIDER).deleteDataSet(dataSetId));
    anvil.mine(1);
    Transaction deleted = devnet.asPayer(OUTSIDER).deleteDataSet(dataSetId);

    assertThat(early.error()).isEqualTo("OnlyStorageProviderCanDelete");
    assertThat(deleted.block()).isEqualTo(proven.block() + 86_401);
    assertThat(eventsOf(deleted, FWSS, VERIFIER))
        .containsExactly(
            "CDNServiceTerminated", "PDPPaymentTerminated", "DataSetAbandoned", "DataSetDeleted");
    assertThat(eventsOf(deleted, PAY)).contains("RailFinalized");
    assertThat(refusalOf(() -> reads.rail(dataSet.cdnRailId())).error())
        .isEqualTo("RailInactiveOrSettled");
    assertThat(refusalOf(() -> reads.rail(dataSet.cacheMissRailId())).error())
        .isEqualTo("RailInactiveOrSettled");
    assertThat(reads.account(PAYER.address()).lockupCurrent()).isZero();
    assertThat(reads.dataSet(dataSetId)).isEqualTo(NONE);
    assertThat(operator.settleCdn(dataSetId).logs()).isEmpty();
    assertThat(reads.funds(CDN_BENEFICIARY.address())).isZero();
  }

  @Test
  void creationCostsACleanupDepositThatGoesBackToWhoCleansUp() {
    BigInteger held = devnet.rpc().number("eth_getBalance", VERIFIER, "latest");

    ContractRevert unpaid =
        refusalOf(() -> devnet.send(PROVIDER.address(), VERIFIER, creation(4711)));
    provider.terminateServiceAtOnce(dataSetId);
    payer.settleRail(dataSet.pdpRailId());
    provider.deleteDataSet(dataSetId);

    assertThat(unpaid.error()).isEqualTo("CleanupDepositRequired");
    assertThat(held).isEqualTo(tokens("0.1"));
    assertThat(devnet.rpc().number("eth_getBalance", VERIFIER, "latest")).isZero();
  }

  @Test
  void payersNonceIsSpentOnce() {
    BigInteger deposit = tokens("0.1");
    devnet.send(PROVIDER.address(), VERIFIER, deposit, creation(4711));

    ContractRevert refusal =
        refusalOf(() -> devnet.send(PROVIDER.address(), VERIFIER, deposit, creation(4711)));

    assertThat(refusal.error()).isEqualTo("ClientDataSetAlreadyRegistered");
    assertThat(refusal.arguments()).containsExactly(number(4711));
  }

  private static String creation(long nonce) {
    byte[] extraData =
        Abi.encodeArguments(
            "(address,uint256,string[],string[],bytes)",
            PAYER.address(),
            nonce,
            List.of(),
            List.of(),
            new byte[0]);
    return Abi.encode("createDataSet(address,bytes)", FWSS, extraData);
  }

  @Test
  void idsBeginAtOneAndAreNotUsedAgain() {
    assertThat(dataSetId).isEqualTo(1);
    assertThat(providerId).isEqualTo(1);
    provider.terminateServiceAtOnce(dataSetId);
    payer.settleRail(dataSet.pdpRailId());
    provider.deleteDataSet(dataSetId);

    assertThat(provider.createDataSet(PAYER.address(), true)).isEqualTo(2);
  }
}
