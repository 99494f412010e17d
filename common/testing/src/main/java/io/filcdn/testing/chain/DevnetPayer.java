package io.filcdn.testing.chain;

import java.math.BigInteger;
import java.util.List;

/** A payer's deeds: funding its account, and what it may do to its data sets and rails. */
public final class DevnetPayer {
  private static final BigInteger UNLIMITED = BigInteger.TWO.pow(256).subtract(BigInteger.ONE);
  private static final long LONGEST_LOCKUP = 86_400;

  private final Devnet devnet;
  private final String account;

  DevnetPayer(Devnet devnet, String account) {
    this.devnet = devnet;
    this.account = account;
  }

  /**
   * All that a payer does before its first data set: mints and deposits tokens, and lets FWSS open
   * rails.
   */
  public void prepare(BigInteger amount) {
    deposit(amount);
    approveFwss();
  }

  /** Mints tokens and pays them into its FilecoinPay account. */
  public Transaction deposit(BigInteger amount) {
    String pay = devnet.contracts().filecoinPay();
    String token = devnet.contracts().token();
    devnet.send(account, token, Abi.encode("mint(address,uint256)", account, amount));
    devnet.send(account, token, Abi.encode("approve(address,uint256)", pay, amount));
    return devnet.send(
        account, pay, Abi.encode("deposit(address,address,uint256)", token, account, amount));
  }

  /** Takes what no rail holds back out of its FilecoinPay account. */
  public Transaction withdraw(BigInteger amount) {
    return devnet.send(
        account,
        devnet.contracts().filecoinPay(),
        Abi.encode("withdraw(address,uint256)", devnet.contracts().token(), amount));
  }

  /** Lets FWSS open rails and lock up funds without limit. */
  public Transaction approveFwss() {
    return approveFwss(UNLIMITED, UNLIMITED, LONGEST_LOCKUP);
  }

  public Transaction approveFwss(
      BigInteger rateAllowance, BigInteger lockupAllowance, long longestLockup) {
    return devnet.send(
        account,
        devnet.contracts().filecoinPay(),
        Abi.encode(
            "setOperatorApproval(address,address,bool,uint256,uint256,uint256)",
            devnet.contracts().token(),
            devnet.contracts().fwss(),
            true,
            rateAllowance,
            lockupAllowance,
            longestLockup));
  }

  /** Adds to what the CDN rails of a data set hold back, in the token's smallest unit. */
  public Transaction topUp(long dataSetId, BigInteger cdn, BigInteger cacheMiss) {
    return devnet.send(
        account,
        devnet.contracts().fwss(),
        Abi.encode("topUpCDNPaymentRails(uint256,uint256,uint256)", dataSetId, cdn, cacheMiss));
  }

  /** Ends storage: the PDP rail, and not the CDN. */
  public Transaction terminateService(long dataSetId) {
    return devnet.send(
        account, devnet.contracts().fwss(), Abi.encode("terminateService(uint256)", dataSetId));
  }

  /** Ends a rail at FilecoinPay, past FWSS: its CDN rails are the payer's to end so. */
  public Transaction terminateRail(long railId) {
    return devnet.send(
        account, devnet.contracts().filecoinPay(), Abi.encode("terminateRail(uint256)", railId));
  }

  /** Pays a rail's rate up to now, which finalises it where it has ended. Anyone may. */
  public Transaction settleRail(long railId) {
    return devnet.send(
        account,
        devnet.contracts().filecoinPay(),
        Abi.encode("settleRail(uint256,uint256)", railId, devnet.epoch()));
  }

  /** Lets another key sign for it, until a second since 1970, what has the type of this hash. */
  public Transaction authorise(String signer, long until, byte[] permission) {
    return devnet.send(
        account,
        devnet.contracts().sessionKeyRegistry(),
        Abi.encode(
            "login(address,uint256,bytes32[],string)",
            signer,
            until,
            List.of(permission),
            "devnet"));
  }

  /** Asks for the data set's deletion, which is anyone's right once it has been abandoned. */
  public Transaction deleteDataSet(long dataSetId) {
    return devnet.asProvider(account).deleteDataSet(dataSetId);
  }
}
