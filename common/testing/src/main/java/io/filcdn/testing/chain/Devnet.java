package io.filcdn.testing.chain;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;

/**
 * A chain with the devnet's contracts on it: where a scenario begins.
 *
 * <p>Each deed is one transaction or a few, sent from an account that the node unlocks and awaited
 * until it is in a block. What the contracts refuse comes back as {@link ContractRevert}.
 * Thread-safe, as long as one account is used by one thread.
 */
public final class Devnet implements AutoCloseable {
  private static final int TOKEN_DECIMALS = 18;

  private final ChainRpc rpc;
  private final Transactions transactions;
  private final DevnetContracts contracts;

  private Devnet(ChainRpc rpc) {
    this.rpc = rpc;
    this.transactions = new Transactions(rpc);
    this.contracts = DevnetContracts.ensure(rpc, transactions);
  }

  /**
   * The devnet behind an RPC URL. Deploys the contracts where they are not there yet.
   *
   * @throws DevnetContracts.ForeignChain where the chain holds something else
   */
  public static Devnet at(String rpcUrl) {
    return new Devnet(new ChainRpc(rpcUrl));
  }

  public static Devnet on(Anvil anvil) {
    return at(anvil.rpcUrl());
  }

  /** An amount of tokens, given in whole ones such as "0.7", in the token's smallest unit. */
  public static BigInteger tokens(String whole) {
    return new BigDecimal(whole).movePointRight(TOKEN_DECIMALS).toBigIntegerExact();
  }

  public ChainRpc rpc() {
    return rpc;
  }

  public DevnetContracts contracts() {
    return contracts;
  }

  /** The newest block's number, which is the epoch. */
  public long epoch() {
    return rpc.blockNumber();
  }

  /** The deeds of a storage provider. */
  public DevnetProvider asProvider(String account) {
    return new DevnetProvider(this, account);
  }

  public DevnetProvider asProvider(DevnetAccount account) {
    return asProvider(account.address());
  }

  /** The transactions that a storage provider sends when its clients ask for them. */
  public ProviderTransactions transactionsOf(DevnetAccount provider) {
    return new ProviderTransactions(this, provider.address());
  }

  /** The deeds of a payer. */
  public DevnetPayer asPayer(String account) {
    return new DevnetPayer(this, account);
  }

  public DevnetPayer asPayer(DevnetAccount account) {
    return asPayer(account.address());
  }

  /** The deeds of the CDN's operator, as {@link DevnetAccount#OPERATOR}. */
  public DevnetOperator asOperator() {
    return asOperator(contracts.filBeamOperator());
  }

  /** As above, through another FilBeamOperator contract. */
  public DevnetOperator asOperator(String filBeamOperator) {
    return new DevnetOperator(this, filBeamOperator, DevnetAccount.OPERATOR.address());
  }

  /** The history, from the logs. */
  public DevnetHistory history() {
    return new DevnetHistory(this);
  }

  /** The public state. */
  public DevnetReads reads() {
    return new DevnetReads(this);
  }

  /** Puts a provider on FWSS's list of approved ones. */
  public void approveProvider(long providerId) {
    send(
        DevnetAccount.DEPLOYER.address(),
        contracts.fwss(),
        Abi.encode("addApprovedProvider(uint256)", providerId));
  }

  /** Puts a provider on the list of those whom clients choose first. */
  public void endorseProvider(long providerId) {
    send(
        DevnetAccount.DEPLOYER.address(),
        contracts.endorsements(),
        Abi.encode("addProviderId(uint256)", providerId));
  }

  /** Deploys another FilBeamOperator with the same controller; FWSS does not listen to it yet. */
  public String deployOperator() {
    return transactions.deploy(
        DevnetAccount.DEPLOYER.address(),
        contracts.operatorCreation(DevnetAccount.OPERATOR.address()));
  }

  /**
   * Makes FWSS listen to another operator contract; the one before can report from then on, but not
   * settle.
   */
  public void changeFwssController(String from, String to) {
    send(
        DevnetAccount.DEPLOYER.address(),
        from,
        Abi.encode("transferFwssFilBeamController(address)", to));
  }

  /** Sends any call and waits for its block: for what has no verb here. */
  public Transaction send(String from, String to, String data) {
    return Transaction.of(transactions.execute(from, to, data));
  }

  Transaction send(String from, String to, BigInteger value, String data) {
    return Transaction.of(transactions.execute(from, to, value, data));
  }

  /** Sends many calls to one contract in one block, on a chain that mines each by itself else. */
  List<Transaction> sendTogether(String from, String to, BigInteger value, List<String> calls) {
    return transactions.executeTogether(from, to, value, calls).stream()
        .map(Transaction::of)
        .toList();
  }

  Transactions transactions() {
    return transactions;
  }

  @Override
  public void close() {
    rpc.close();
  }
}
