package io.filcdn.testing.chain;

import static io.filcdn.testing.chain.Devnet.tokens;
import static io.filcdn.testing.chain.DevnetAccount.OUTSIDER;
import static io.filcdn.testing.chain.DevnetAccount.SECOND_PAYER;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.Hash;
import org.web3j.crypto.Sign;
import org.web3j.crypto.Sign.SignatureData;
import org.web3j.utils.Numeric;

/** Deposits by ERC-2612's permit: no approval is sent before, and an operator's can come along. */
class PermitIT extends OnDevnet {
  private static final String TOKEN = devnet.contracts().token();
  private static final String PAY = devnet.contracts().filecoinPay();
  private static final String FWSS = devnet.contracts().fwss();
  private static final BigInteger AMOUNT = tokens("3");
  private static final BigInteger NEVER = BigInteger.TWO.pow(64);

  @Test
  void signerDepositsAndApprovesInOneTransaction() {
    mint(OUTSIDER);

    deposit(OUTSIDER, OUTSIDER, signed(OUTSIDER, AMOUNT, NEVER), NEVER);

    assertThat(reads.funds(OUTSIDER.address())).isEqualTo(AMOUNT);
    assertThat(provider.createDataSet(OUTSIDER.address(), true)).isEqualTo(dataSetId + 1);
  }

  @Test
  void permitIsGoodOnce() {
    mint(OUTSIDER);
    SignatureData signature = signed(OUTSIDER, AMOUNT, NEVER);
    deposit(OUTSIDER, OUTSIDER, signature, NEVER);

    ContractRevert again = refusalOf(() -> deposit(OUTSIDER, OUTSIDER, signature, NEVER));

    assertThat(again.error()).isEqualTo("ERC2612InvalidSigner");
  }

  @Test
  void permitOfOthersIsRefused() {
    SignatureData theirs = signed(SECOND_PAYER, AMOUNT, NEVER);

    assertThat(refusalOf(() -> deposit(OUTSIDER, OUTSIDER, theirs, NEVER)).error())
        .isEqualTo("ERC2612InvalidSigner");
    assertThat(refusalOf(() -> deposit(OUTSIDER, SECOND_PAYER, theirs, NEVER)).error())
        .isEqualTo("SignerMustBeMsgSender");
  }

  @Test
  void permitExpires() {
    SignatureData signature = signed(OUTSIDER, AMOUNT, BigInteger.ONE);

    assertThat(refusalOf(() -> deposit(OUTSIDER, OUTSIDER, signature, BigInteger.ONE)).error())
        .isEqualTo("ERC2612ExpiredSignature");
  }

  private static void mint(DevnetAccount account) {
    String call = Abi.encode("mint(address,uint256)", account.address(), AMOUNT);
    devnet.send(account.address(), TOKEN, call);
  }

  private static void deposit(
      DevnetAccount sender, DevnetAccount to, SignatureData signature, BigInteger deadline) {
    devnet.send(
        sender.address(),
        PAY,
        Abi.encode(
            "depositWithPermitAndApproveOperator(address,address,uint256,uint256,uint8,bytes32,bytes32,address,uint256,uint256,uint256)",
            TOKEN,
            to.address(),
            AMOUNT,
            deadline,
            signature.getV()[0],
            signature.getR(),
            signature.getS(),
            FWSS,
            tokens("100"),
            tokens("100"),
            PDP_LOCKUP_PERIOD));
  }

  /** The owner's first permit for FilecoinPay, by EIP-712. */
  private static SignatureData signed(DevnetAccount owner, BigInteger value, BigInteger deadline) {
    byte[] message =
        Hash.sha3(
            Abi.encodeArguments(
                "(bytes32,address,address,uint256,uint256,uint256)",
                keccak(
                    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                owner.address(),
                PAY,
                value,
                0,
                deadline));
    byte[] domain =
        Hash.sha3(
            Abi.encodeArguments(
                "(bytes32,bytes32,bytes32,uint256,address)",
                keccak(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak("Devnet USD for Filecoin"),
                keccak("1"),
                DevnetContracts.CHAIN_ID,
                TOKEN));
    byte[] digest =
        Hash.sha3(
            Numeric.hexStringToByteArray(
                "1901"
                    + Numeric.toHexStringNoPrefix(domain)
                    + Numeric.toHexStringNoPrefix(message)));
    return Sign.signMessage(digest, Credentials.create(owner.privateKey()).getEcKeyPair(), false);
  }

  private static byte[] keccak(String text) {
    return Hash.sha3(text.getBytes(UTF_8));
  }
}
