package io.filcdn.testing.chain;

import java.math.BigInteger;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.web3j.crypto.ContractUtils;

/**
 * The devnet's contracts by address.
 *
 * <p>The deployer's first eleven transactions create and wire them, always in the same order, so
 * that the addresses are the same on every devnet and can stand in a file. {@link #MULTICALL3}
 * alone is put on the chain by its node.
 */
public record DevnetContracts(
    String token,
    String filecoinPay,
    String serviceProviderRegistry,
    String pdpVerifier,
    String fwss,
    String stateView,
    String filBeamOperator,
    String endorsements,
    String sessionKeyRegistry) {

  /** Filecoin's local networks have this id, and its SDK refuses others that it does not know. */
  public static final long CHAIN_ID = 31415926;

  /** The place of Multicall3 on every chain, where clients that batch their reads expect it. */
  public static final String MULTICALL3 = "0xca11bde05977b3631167028862be2a173976ca11";

  /** The price of a byte of egress or of a cache miss: 7 tokens per TiB, rounded down. */
  public static final BigInteger RATE_PER_BYTE =
      BigInteger.valueOf(7).multiply(BigInteger.TEN.pow(18)).shiftRight(40);

  /**
   * Epochs in which a provider must prove once, and the length of the window at their end in which
   * it may.
   */
  static final long PROVING_PERIOD = 2880;

  static final long CHALLENGE_WINDOW = 60;
  private static final long CHALLENGE_FINALITY = 10;

  private static final String DEPLOYER = DevnetAccount.DEPLOYER.address();

  /** The addresses of the contracts on every devnet. */
  public static final DevnetContracts ADDRESSES =
      new DevnetContracts(
          created(0),
          created(1),
          created(2),
          created(3),
          created(4),
          created(5),
          created(6),
          created(9),
          created(10));

  /** One of the deployer's transactions. */
  private record Step(String to, String data) {
    private static final String NEW = "";

    /** The constructor's types are in parentheses. */
    static Step create(String name, String types, Object... arguments) {
      return new Step(
          NEW,
          "0x"
              + CompiledContract.load(name).bytecode()
              + HexFormat.of().formatHex(Abi.encodeArguments(types, arguments)));
    }

    static Step call(String to, String signature, Object... arguments) {
      return new Step(to, Abi.encode(signature, arguments));
    }
  }

  /**
   * Deploys what is not there yet, also where an earlier deployment was cut short; does nothing
   * where all is there.
   *
   * @throws ForeignChain where the chain holds other code at these addresses
   */
  static DevnetContracts ensure(ChainRpc rpc, Transactions transactions) {
    List<Step> steps = ADDRESSES.steps();
    long done = rpc.number("eth_getTransactionCount", DEPLOYER, "latest").longValueExact();
    for (Step step : steps.subList((int) Math.min(done, steps.size()), steps.size())) {
      if (step.to().equals(Step.NEW)) {
        transactions.deploy(DEPLOYER, step.data());
      } else {
        transactions.execute(DEPLOYER, step.to(), step.data());
      }
    }
    placeMulticall(rpc);
    ADDRESSES.verify(rpc);
    return ADDRESSES;
  }

  private static void placeMulticall(ChainRpc rpc) {
    if (!isDeployed(rpc, "Multicall3", MULTICALL3)) {
      rpc.call("anvil_setCode", MULTICALL3, "0x" + CompiledContract.load("Multicall3").runtime());
    }
  }

  private List<Step> steps() {
    String beneficiary = DevnetAccount.CDN_BENEFICIARY.address();
    return List.of(
        Step.create("DevToken", "()"),
        Step.create("FilecoinPay", "()"),
        Step.create("ServiceProviderRegistry", "()"),
        Step.create("PDPVerifier", "(uint256,uint256)", 1, CHALLENGE_FINALITY),
        Step.create(
            "FilecoinWarmStorageService",
            "(address,address,address,address,address,address,uint256)",
            pdpVerifier,
            filecoinPay,
            token,
            beneficiary,
            serviceProviderRegistry,
            sessionKeyRegistry,
            1),
        Step.create("FilecoinWarmStorageServiceStateView", "(address)", fwss),
        operator(DevnetAccount.OPERATOR.address()),
        Step.call(
            fwss,
            "initialize(uint64,uint256,address,string,string)",
            PROVING_PERIOD,
            CHALLENGE_WINDOW,
            filBeamOperator,
            "Filecoin Warm Storage Service",
            "The devnet of FilCDN"),
        Step.call(fwss, "setViewContract(address)", stateView),
        Step.create("ProviderIdSet", "()"),
        Step.create("SessionKeyRegistry", "()"));
  }

  /** The transaction's data that creates another FilBeamOperator for the same FWSS. */
  String operatorCreation(String controller) {
    return operator(controller).data();
  }

  private Step operator(String controller) {
    return Step.create(
        "FilBeamOperator",
        "(address,address,address,uint256,uint256,address)",
        fwss,
        stateView,
        filecoinPay,
        RATE_PER_BYTE,
        RATE_PER_BYTE,
        controller);
  }

  private void verify(ChainRpc rpc) {
    Map<String, String> addresses =
        Map.of(
            "DevToken", token,
            "FilecoinPay", filecoinPay,
            "ServiceProviderRegistry", serviceProviderRegistry,
            "PDPVerifier", pdpVerifier,
            "FilecoinWarmStorageService", fwss,
            "FilecoinWarmStorageServiceStateView", stateView,
            "FilBeamOperator", filBeamOperator,
            "ProviderIdSet", endorsements,
            "SessionKeyRegistry", sessionKeyRegistry,
            "Multicall3", MULTICALL3);
    for (String name : CompiledContract.NAMES) {
      String at = addresses.get(name);
      if (at != null && !isDeployed(rpc, name, at)) {
        throw new ForeignChain(
            "%s does not hold this build's %s at %s: it is another devnet's chain, start afresh"
                .formatted(rpc.url(), name, at));
      }
    }
  }

  private static boolean isDeployed(ChainRpc rpc, String name, String at) {
    return CompiledContract.load(name).isCode(rpc.call("eth_getCode", at, "latest").asString());
  }

  private static String created(long nonce) {
    return ContractUtils.generateContractAddress(DEPLOYER, BigInteger.valueOf(nonce));
  }

  /**
   * A failure: the chain belongs to another build of the contracts, or to something else
   * altogether.
   */
  public static final class ForeignChain extends RuntimeException {
    private ForeignChain(String message) {
      super(message);
    }
  }
}
